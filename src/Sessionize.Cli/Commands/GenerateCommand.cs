using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Cli.Generation;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Kafka;
using Sessionize.Kafka.Producing;
using Sessionize.Storage;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize generate</c>: realistic events for trying out and for load.</summary>
internal sealed class GenerateCommand : Command, IStoppableCommand
{
    private const int BufferBytes = 64 * 1024;
    private const int EventsBetweenLooks = 1024;
    private const long MostUsers = 10_000_000;
    private const long MostEvents = 1_000_000_000_000;
    private const int MostEventBytes = 1_000_000;
    private const long DefaultUsers = 50;
    private const long DefaultEvents = 10_000;
    private static readonly TimeSpan s_defaultDuration = TimeSpan.FromDays(1);

    private readonly TopicTargetOptions _topic = new("--topic", $"Send the events to this topic of Kafka, in place of -o; {KafkaSourceOptions.DefaultTopic} where only --kafka-servers is given.");
    private readonly Option<string> _output = OptionParsing.Text("-o", "file", "Where the events go, compressed if the name ends in .gz; - or none: standard output.", FindUnknownForm);
    private readonly Option<long?> _users = OptionParsing.Number("--users", 1, MostUsers, "50", "How many users; 50 by default.");
    private readonly Option<long?> _events = OptionParsing.Number("--events", 1, MostEvents, "10000", "How many events; 10000 by default.");
    private readonly Option<double> _rate = OptionParsing.Rate("--rate", "5", "Events a second of event time; with a topic, of real time.");
    private readonly Option<TimeSpan> _duration = OptionParsing.Duration(
        "--duration", "m", "8h", allowNone: false, "The event time that is covered; a day by default. A bare number is minutes.");
    private readonly Option<long?> _seed = OptionParsing.Number("--seed", 0, long.MaxValue, "1", "Another number, other events; 1 by default.");
    private readonly Option<double> _outOfOrder = OptionParsing.Share("--out-of-order", "The share of events that arrive up to 5 minutes late.");
    private readonly Option<double> _duplicates = OptionParsing.Share("--duplicates", "The share of events that arrive twice.");
    private readonly Option<double> _bad = OptionParsing.Share("--bad", "How many broken lines there are beside the events, as a share.");
    private readonly Option<long?> _eventBytes = OptionParsing.Number(
        "--event-bytes", 1, MostEventBytes, "333", "How many bytes an event has at least; shorter ones get booking details. As they come by default, about 270.");
    private readonly Option<bool> _sample = new("--sample") { Description = "Print one event, to be read by a person." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace an output that exists." };

    public GenerateCommand()
        : base("generate", "Makes up realistic events: visits with pages and pauses, heavy and light users, a few robots.")
    {
        _users.Aliases.Add("--num-users");
        foreach (Option option in (Option[])[_output, _users, _events, _rate, _duration, _seed, _outOfOrder, _duplicates, _bad, _eventBytes, _sample, _overwrite])
        {
            Options.Add(option);
        }

        _topic.AddTo(this);
        Validators.Add(result =>
        {
            if (_topic.IsNamed(result) && (result.GetResult(_output) is not null || result.GetResult(_overwrite) is not null))
            {
                result.AddError("--topic: the events go to a topic, and -o and --overwrite are about files: give the one or the other.");
            }
        });
        _rate.Validators.Add(result =>
        {
            if (result.GetResult(_events) is not null && result.GetResult(_duration) is not null)
            {
                result.AddError("--rate: with --events and --duration there is nothing left for it to say: give two of the three.");
            }
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (OptionParsing.DescribeBare(parsed, _duration, "m") is { } reading)
        {
            Talk.Say(reading);
        }

        if (PlanOf(parsed) is not { } plan)
        {
            return ExitCodes.Usage;
        }

        if (parsed.GetValue(_sample))
        {
            await StandardOutput.WriteLineAsync(new EventLines().Pretty(EventStream.Generate(plan).First())).ConfigureAwait(false);
            return ExitCodes.Done;
        }

        if (_topic.IsNamed(parsed.CommandResult))
        {
            return await SendAsync(parsed, plan, cancellationToken).ConfigureAwait(false);
        }

        long badLines;
        if (parsed.GetValue(_output) is { } path and not "-")
        {
            OutputPlaces.CheckFree(path, parsed.GetValue(_overwrite));
            await using AtomicFile file = AtomicFile.Create(path, parsed.GetValue(_overwrite));
            badLines = await WriteAsync(plan, file.Stream, $"'{path}'", path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase), cancellationToken).ConfigureAwait(false);
            await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await using Stream output = StandardOutput.Open();
            badLines = await WriteAsync(plan, output, "the output", isCompressed: false, cancellationToken).ConfigureAwait(false);
        }

        Talk.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Events:N0} events of up to {plan.Users:N0} users over {LengthText.Of((long)plan.Duration.TotalMilliseconds)}, and {badLines:N0} bad lines; seed {plan.Seed}"));
        return ExitCodes.Done;
    }

    private async Task<int> SendAsync(ParseResult parsed, GenerationPlan plan, CancellationToken stop)
    {
        if (_topic.Read(parsed) is not { } target)
        {
            return ExitCodes.Usage;
        }

        TimeProvider clock = TimeProvider.System;
        using TopicStream topic = await TopicStream.OpenAsync(target, clock, NullLogger.Instance, stop).ConfigureAwait(false);
        Pace? pace = null;
        if (parsed.GetResult(_rate) is not null)
        {
            plan = plan with { StartMs = clock.GetUtcNow().ToUnixTimeMilliseconds(), IsSteady = true };
            pace = new Pace(clock, plan.StartMs, speed: 1);
        }

        TopicTraffic traffic = new(plan, pace);
        double expected = plan.Events * (1 + plan.Duplicates + plan.Bad);
        string what = $"of {CountText.Of(plan.Events, "event")} to '{target.Topic}'";
        await ProgressDisplay.RunAsync(
            () => Math.Min(topic.Delivered / expected, 1),
            () => $"{CountText.Of(topic.Delivered, "record")} sent {what}",
            async () =>
            {
                await traffic.SendAsync(topic, stop).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        Talk.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{(traffic.IsComplete ? "" : "Interrupted: ")}{CountText.Of(topic.Delivered, "record")} sent {what}, {traffic.BadLines:N0} of them bad lines; seed {plan.Seed}"));
        return ExitCodes.Done;
    }

    /// <summary>Two of number, rate and duration say the third; <see langword="null"/>, and a sentence, where that is out of reach.</summary>
    private GenerationPlan? PlanOf(ParseResult parsed)
    {
        double? rate = parsed.GetResult(_rate) is null ? null : parsed.GetValue(_rate);
        TimeSpan? given = parsed.GetResult(_duration) is null ? null : parsed.GetValue(_duration);
        double events = parsed.GetValue(_events) ?? (rate is not null && given is not null ? Math.Max(1, Math.Round(rate.Value * given.Value.TotalSeconds)) : DefaultEvents);
        double seconds = given?.TotalSeconds ?? (rate is not null ? Math.Max(events / rate.Value, 0.001) : s_defaultDuration.TotalSeconds);
        if (events > MostEvents || seconds > DurationText.Longest.TotalSeconds)
        {
            Talk.Say(string.Create(CultureInfo.InvariantCulture, $"--rate: {rate} a second makes more than {MostEvents} events or more than 36500 days: give another one, such as 5."));
            return null;
        }

        return new GenerationPlan
        {
            Users = parsed.GetValue(_users) ?? DefaultUsers,
            Events = (long)events,
            Duration = TimeSpan.FromSeconds(seconds),
            Seed = (ulong)(parsed.GetValue(_seed) ?? 1),
            OutOfOrder = parsed.GetValue(_outOfOrder),
            Duplicates = parsed.GetValue(_duplicates),
            Bad = parsed.GetValue(_bad),
            LeastBytes = (int)(parsed.GetValue(_eventBytes) ?? 0),
        };
    }

    /// <summary>Plain text under a name that promises something else would mislead whoever reads it.</summary>
    private static string? FindUnknownForm(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".ZST" or ".BZ2" or ".XZ" or ".ZIP" => "names a file of a compression that this command does not write: end the name in .gz, or compress the file afterwards",
        ".PARQUET" or ".CSV" => "names a file of another format, and this command writes one JSON event a line: end the name in .ndjson",
        _ => null,
    };

    private static async Task<long> WriteAsync(GenerationPlan plan, Stream target, string place, bool isCompressed, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteEventsAsync(plan, target, isCompressed, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw new SessionizeException($"Cannot write to {place}: {failure.Message.TrimEnd('.')}. Choose a place with room and write permission.", failure);
        }
    }

    private static async Task<long> WriteEventsAsync(GenerationPlan plan, Stream target, bool isCompressed, CancellationToken cancellationToken)
    {
        await using GZipStream? compressed = isCompressed ? new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true) : null;
        BufferedStream output = new(compressed ?? target, BufferBytes);
        EventLines lines = new(plan.LeastBytes);
        Dice dice = new(plan.Seed, -3);
        long badLines = 0;
        long number = 0;
        foreach (GeneratedEvent next in EventStream.Generate(plan))
        {
            if (dice.Chance(plan.Bad))
            {
                output.Write(lines.BadLine(next, dice).Span);
                badLines++;
            }

            output.Write(lines.Line(next).Span);
            if (++number % EventsBetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return badLines;
    }
}
