using System.CommandLine;
using System.CommandLine.Parsing;
using Sessionize.Cli.Output;

namespace Sessionize.Cli.Options;

/// <summary>The options of a pipeline that runs: when it commits and ends, how late events may be, how fast it takes them in, where its state is.</summary>
internal sealed class PipelineOptions
{
    private const string Continuous = "continuous";
    private const string UntilEnd = "until-end";
    private const string CloseAll = "close-all";
    private const string Minutes = "m";
    private const string Seconds = "s";
    private static readonly TimeSpan s_standardInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_continuousInterval = TimeSpan.FromSeconds(1);

    private readonly Option<string> _name = OptionParsing.Text(
        "--pipeline", "name", $"The pipeline's name, under which its commits, state and group are kept; {SessionizationDefinition.DefaultName} by default.");

    private readonly Option<TimeSpan> _delay = OptionParsing.Duration(
        "--watermark-delay", Minutes, "10m", allowNone: true, "How far the watermark stays behind the highest event time; 10m by default. A bare number is minutes.");

    private readonly Option<LateEventPolicy?> _lateEvents = OptionParsing.Choice<LateEventPolicy?>(
        "--late-events", "Late events go to the dead letters, or are only counted; side-output by default.",
        ("side-output", LateEventPolicy.SideOutput), ("drop", LateEventPolicy.Drop));

    private readonly Option<string> _trigger = OptionParsing.Text(
        "--trigger",
        "interval|continuous|until-end",
        "Commit after each interval, 30s by default; continuous is 1s; until-end takes what is there, and ends.",
        text => text is Continuous or UntilEnd || DurationText.TryRead(text, Seconds, out _, out _)
            ? null
            : $"is no trigger: give an interval such as 30s, or {Continuous}, or {UntilEnd}");

    private readonly Option<EndClosingKind?> _atEnd = OptionParsing.Choice<EndClosingKind?>(
        "--at-end", "With --trigger until-end: what happens to open sessions; leave-open by default.",
        ("leave-open", EndClosingKind.LeaveOpen), ("close-due", EndClosingKind.CloseDue), (CloseAll, EndClosingKind.CloseAll));

    private readonly Option<long?> _endTime = OptionParsing.EndTime();

    private readonly Option<long?> _perTrigger = OptionParsing.Number(
        "--max-events-per-trigger", 1, long.MaxValue, "100000", "About how many events a trigger takes in at most; no limit by default.");

    private readonly Option<long?> _perSecond = OptionParsing.Number(
        "--max-rate", 1, long.MaxValue, "5000", "About how many events a second are taken in at most; no limit by default.");

    private readonly Option<string> _state = OptionParsing.Text(
        "--state", "location", "Where open sessions are kept: a folder or a URI of this pipeline alone; WAREHOUSE/_sessionize/PIPELINE/state by default.");

    private readonly Option<bool> _rebuildState = new("--rebuild-state")
    {
        Description = "Rebuild state that is missing or damaged by reading its records again, and go on only if it proves to be the same.",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_name, _delay, _lateEvents, _trigger, _atEnd, _endTime, _perTrigger, _perSecond, _state, _rebuildState])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            // The texts, and not the values: asking for the value of a wrong text throws.
            bool isUntilEnd = result.GetResult(_trigger) is { Tokens: [{ Value: UntilEnd }] };
            if (result.GetResult(_atEnd) is not null && !isUntilEnd)
            {
                result.AddError("--at-end: it says what happens at the end, and there is none: give --trigger until-end, too.");
            }

            if (result.GetResult(_endTime) is not null && result.GetResult(_atEnd) is not { Tokens: [{ Value: CloseAll }] })
            {
                result.AddError("--end-time: it says at which time all sessions end: give --at-end close-all, too.");
            }
        });
    }

    /// <summary>Whether the command line has a trigger.</summary>
    public bool HasTrigger(CommandResult result) => result.GetResult(_trigger) is not null;

    public string NameOf(ParseResult parsed) => parsed.GetValue(_name) ?? SessionizationDefinition.DefaultName;

    public Trigger TriggerOf(ParseResult parsed) => parsed.GetValue(_trigger) switch
    {
        null => Trigger.Interval(s_standardInterval),
        Continuous => Trigger.Continuous(s_continuousInterval),
        UntilEnd => Trigger.UntilEnd(ClosingOf(parsed)),
        var text => DurationText.TryRead(text, Seconds, out TimeSpan interval, out _) ? Trigger.Interval(interval) : throw new InvalidOperationException(),
    };

    /// <summary>Sets what the command line says; everything else stays as it is.</summary>
    public void ApplyTo(SessionizationOptions options, ParseResult parsed)
    {
        if (parsed.GetResult(_delay) is { Implicit: false })
        {
            options.WatermarkDelay = parsed.GetValue(_delay);
        }

        options.LateEvents = parsed.GetValue(_lateEvents) ?? options.LateEvents;
        options.MaxEventsPerTrigger = parsed.GetValue(_perTrigger) ?? options.MaxEventsPerTrigger;
        options.MaxEventsPerSecond = parsed.GetValue(_perSecond) ?? options.MaxEventsPerSecond;
        options.State.Location = parsed.GetValue(_state) ?? options.State.Location;
        options.RebuildState |= parsed.GetValue(_rebuildState);
    }

    /// <summary>How a number without a unit was read, as a sentence.</summary>
    public IEnumerable<string> DescribeBareNumbers(ParseResult parsed) =>
        new[] { OptionParsing.DescribeBare(parsed, _delay, Minutes), OptionParsing.DescribeBare(parsed, _trigger, Seconds) }.OfType<string>();

    private EndClosing ClosingOf(ParseResult parsed) => parsed.GetValue(_atEnd) switch
    {
        EndClosingKind.CloseDue => EndClosing.CloseDue,
        EndClosingKind.CloseAll => EndClosing.CloseAll(parsed.GetValue(_endTime)),
        _ => EndClosing.LeaveOpen,
    };
}
