using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;
using Sessionize.Kafka;
using Sessionize.S3;
using Sessionize.Sinks;
using Sessionize.State;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize run</c>: Kafka in, an Iceberg table of sessions out, exactly once.</summary>
internal sealed class RunCommand : Command, IStoppableCommand
{
    private const string OriginalName = "user_sessionization_pipeline";
    private const string DefaultDatabase = "sessions";
    private const string DefaultTable = "user_sessions";

    private readonly Argument<string?> _original = new("PIPELINE")
    {
        Description = $"May be {OriginalName}, as the original is called; it changes nothing.",
        Arity = ArgumentArity.ZeroOrOne,
        Hidden = true,
    };

    private readonly Option<string> _table = OptionParsing.Text(
        "--table", "table", $"The Iceberg table, NAMESPACE.NAME or a table's folder, which is created if there is none; {DefaultDatabase}.{DefaultTable} by default.");

    private readonly Option<string> _database = OptionParsing.Text("--iceberg-database", "namespace", $"The table's namespace, in place of --table; {DefaultDatabase} by default.");
    private readonly Option<string> _name = OptionParsing.Text("--iceberg-table", "name", $"The table's name, in place of --table; {DefaultTable} by default.");
    private readonly KafkaSourceOptions _kafka = new();
    private readonly TableOptions _place = new();
    private readonly TableShapeOptions _shape = new();
    private readonly RuleOptions _rules = new();
    private readonly PipelineOptions _pipeline = new();

    private readonly Option<bool> _acceptRollback = new("--accept-rollback")
    {
        Description = "Go on although the table was rolled back behind commits of this pipeline: their events are read again.",
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read what is there in a group of its own, say what would be committed, and write nothing." };

    private readonly Option<bool> _testMode = new("--test-mode")
    {
        Description = "Try it out: read once what is there, or made-up events where no brokers are named, print the sessions, and keep nothing.",
    };

    private readonly Option<LogLevel?> _logLevel = OptionParsing.Choice<LogLevel?>(
        "--log-level", "What is said beside the status; warning by default.",
        ("debug", LogLevel.Debug), ("information", LogLevel.Information), ("warning", LogLevel.Warning), ("error", LogLevel.Error), ("none", LogLevel.None));

    public RunCommand()
        : base("run", "Reads events from Kafka and commits their sessions to an Iceberg table, exactly once.")
    {
        Arguments.Add(_original);
        _kafka.AddTo(this);
        foreach (Option option in (Option[])[_table, _database, _name])
        {
            Options.Add(option);
        }

        _place.AddTo(this);
        _shape.AddTo(this);
        _rules.AddTo(this);
        _pipeline.AddTo(this);
        foreach (Option option in (Option[])[_acceptRollback, _dryRun, _testMode, _logLevel])
        {
            Options.Add(option);
        }

        _original.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: not OriginalName and var text }])
            {
                result.AddError($"'{TerminalText.Safe(text)}' is no option of this command; a pipeline is named with --pipeline.");
            }
        });
        Validators.Add(result =>
        {
            if (result.GetResult(_testMode) is not null && (result.GetResult(_dryRun) is not null || _pipeline.HasTrigger(result)))
            {
                result.AddError("--test-mode: it reads once, closes all sessions and keeps nothing: leave --trigger and --dry-run out.");
            }

            if (result.GetResult(_table) is not null && (result.GetResult(_database) ?? result.GetResult(_name)) is not null)
            {
                result.AddError("--table: it names the table, as --iceberg-database and --iceberg-table do: give the one or the others.");
            }
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        foreach (string reading in _rules.DescribeBareNumbers(parsed).Concat(_pipeline.DescribeBareNumbers(parsed)))
        {
            Talk.Say(reading);
        }

        bool isDryRun = parsed.GetValue(_dryRun);
        StatusLine status = new();
        KafkaOptions kafka = new();
        string standardServers = kafka.BootstrapServers;
        kafka.BootstrapServers = "";
        SessionizationDefinition definition = new(_pipeline.NameOf(parsed))
        {
            LoggerFactory = new TalkLoggers(parsed.GetValue(_logLevel) ?? LogLevel.Warning, TimeProvider.System, status),
            Trigger = isDryRun ? Trigger.UntilEnd() : _pipeline.TriggerOf(parsed),
        };
        IcebergTableOptions table = new() { Name = NameOf(parsed), Storages = { new S3FileStorageFactory() }, AcceptRollback = parsed.GetValue(_acceptRollback) };
        List<string> mistakes = [.. RunConfiguration.Read(_place.ConfigurationOf(parsed)).ApplyTo(definition.Options, kafka, table)];
        _kafka.ApplyTo(kafka, parsed);
        _place.ApplyTo(table, parsed);
        _shape.ApplyTo(table, parsed);
        _rules.ApplyTo(definition.Options, parsed);
        _pipeline.ApplyTo(definition.Options, parsed);
        bool hasBrokers = kafka.BootstrapServers.Length > 0 || kafka.Properties.Count > 0;
        kafka.BootstrapServers = kafka.BootstrapServers.Length > 0 ? kafka.BootstrapServers : standardServers;
        mistakes.AddRange(KafkaOptionsCheck.FindMistakes(kafka));
        if (await TableRun.FindMistakeAsync(table).ConfigureAwait(false) is { } mistake)
        {
            mistakes.Add(mistake);
        }

        if (mistakes.Count > 0)
        {
            throw new SessionizationConfigurationException(definition.Name, mistakes);
        }

        if (parsed.GetValue(_testMode))
        {
            return await new TestRun(definition, kafka, table, hasBrokers).RunAsync(status, cancellationToken).ConfigureAwait(false);
        }

        InMemorySessionTable dryTable = new();
        if (isDryRun)
        {
            kafka.GroupId = string.Create(CultureInfo.InvariantCulture, $"{kafka.GroupId ?? definition.Name}-dry-run-{Guid.NewGuid():N}");
            definition.StateStore = context => new InMemorySessionStateStore(new InMemoryStateFolder(context.TimeProvider));
            definition.Sink = _ => new InMemorySessionSink(dryTable);
            definition.DeadLetters = _ => new NoDeadLetterSink();
        }
        else
        {
            PipelinePlaces places = PipelinePlaces.Of(definition, table);
            definition.Options.State.Location = places.State;
            definition.Options.State.Storages.Add(new S3FileStorageFactory());
            foreach ((string name, string value) in table.CatalogProperties)
            {
                definition.Options.State.Properties.TryAdd(name, value);
            }

            definition.StateStore = StateStorePlace.Make;
            definition.Sink = context => new IcebergSessionSink(table, context.TimeProvider, context.LoggerFactory.CreateLogger("Sessionize.Iceberg"));
            definition.DeadLetters = _ => new NdjsonDeadLetterSink(places.DeadLetters);
        }

        definition.Source = context => new KafkaEventSource(kafka, context);
        await using SessionizationPipeline pipeline = new(definition);
        RunDisplay display = new(pipeline, definition.Trigger.Every, definition.TimeProvider, status);
        await display.ShowAsync(pipeline.RunAsync(display, cancellationToken)).ConfigureAwait(false);
        Talk.Say(SummaryOf(pipeline.Counts, isDryRun ? "nothing was written" : $"committed to {table.Name}"));
        return ExitCodes.Done;
    }

    private static string SummaryOf(SessionizationCounts counts, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"{counts.Events:N0} events; {counts.ClosedSessions:N0} sessions closed, {what}; {counts.OpenUsers:N0} users open; {counts.LateEvents:N0} late, {counts.BadEvents.Values.Sum():N0} bad.");

    private string NameOf(ParseResult parsed) =>
        parsed.GetValue(_table) ?? $"{parsed.GetValue(_database) ?? DefaultDatabase}.{parsed.GetValue(_name) ?? DefaultTable}";
}
