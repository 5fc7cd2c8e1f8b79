using System.CommandLine;
using System.Globalization;
using Sessionize.Cli.Demonstration;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Iceberg.Reading;
using Sessionize.Kafka;
using Sessionize.Sinks;
using Sessionize.Sources;
using Spectre.Console;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize demo</c>: a real data set, without a single option.</summary>
internal sealed class DemoCommand : Command, IStoppableCommand
{
    private const int UsersShown = 3;
    private const int FewestSessions = 3;
    private const int MostSessions = 6;
    private static readonly TimeSpan s_standardLength = TimeSpan.FromSeconds(20);

    private readonly Option<string> _warehouse = OptionParsing.Text(
        "--warehouse",
        "folder",
        "Where the Iceberg table of the sessions goes; a new temporary folder by default.",
        text => text.Contains("://", StringComparison.Ordinal) ? "is no folder: name a local one, such as lake" : null);

    private readonly Option<bool> _live = new("--live") { Description = "A pipeline from Kafka to Iceberg over made-up traffic, with brokers inside this process: sessions as they close." };

    private readonly KafkaConnectionOptions _brokers = new(
        "--brokers", "With --live: brokers of yours, in place of those inside this process. Topic and group are new ones, and go away again.");

    private readonly Option<TimeSpan> _length = OptionParsing.Duration(
        "--for", "s", "1m", allowNone: false, "With --live: for how long there is traffic; 20s by default. A bare number is seconds.");

    public DemoCommand()
        : base("demo", "Shows sessions of real clicks, a timeline, an Iceberg table of them, and a check of the rules.")
    {
        Options.Add(_live);
        _brokers.AddServersTo(this);
        Options.Add(_length);
        Options.Add(_warehouse);
        _brokers.AddPropertiesTo(this);
        Validators.Add(result =>
        {
            if (result.GetResult(_live) is null && (_brokers.NamesServers(result) || _brokers.HasProperties(result) || result.GetResult(_length) is not null))
            {
                result.AddError("--live is not given, and --brokers, --kafka-property and --for are about it: give --live, too.");
            }
            else if (_brokers.HasProperties(result) && !_brokers.NamesServers(result))
            {
                result.AddError("--kafka-property: the brokers inside this process need none: give --brokers, too.");
            }
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_live))
        {
            return await RunLiveAsync(parsed, cancellationToken).ConfigureAwait(false);
        }

        string data = Path.Combine(AppContext.BaseDirectory, "Data", "otto-shop.ndjson.gz");
        InMemorySessionTable sessions = new();
        SessionizationDefinition definition = new()
        {
            Source = context => new FileEventSource([data], context.Parser),
            Sink = _ => new InMemorySessionSink(sessions),
            DeadLetters = _ => new NoDeadLetterSink(),
        };
        SessionizationSummary summary = await new BatchSessionizer(definition).RunAsync(cancellationToken: cancellationToken).ConfigureAwait(false);

        IAnsiConsole console = Pictures.ConsoleOf(Console.Out);
        List<Session> timeline = WriteSessions(console, summary, sessions.Sessions);
        DemoTable table = new(parsed.GetValue(_warehouse));
        await table.WriteAsync(definition, cancellationToken).ConfigureAwait(false);
        Session shown = timeline.GroupBy(session => session.SessionDate).MaxBy(day => day.Count())!.First();
        await WriteTableAsync(console, table, shown, cancellationToken).ConfigureAwait(false);
        bool hasPassed = WriteRuleCheck(console);
        WriteNextSteps(console, data, table.QueryLine(shown));
        return hasPassed ? ExitCodes.Done : ExitCodes.Failed;
    }

    private async Task<int> RunLiveAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (OptionParsing.DescribeBare(parsed, _length, "s") is { } reading)
        {
            Talk.Say(reading);
        }

        TimeSpan length = parsed.GetResult(_length) is { Implicit: false } ? parsed.GetValue(_length) : s_standardLength;
        KafkaTopicOptions? brokers = null;
        if (_brokers.NamesServers(parsed.CommandResult))
        {
            brokers = new KafkaTopicOptions
            {
                BootstrapServers = _brokers.ServersOf(parsed)!,
                Topic = LiveDemo.NewName(),
                CreateTopicWithPartitions = LiveDemo.Partitions,
            };
            _brokers.AddPropertiesOf(parsed, brokers.Properties);
        }

        DemoTable table = new(parsed.GetValue(_warehouse), options => (options.Name, options.PartitionBy) = ("demo.user_sessions", "session_date"));
        LiveDemo demo = new(brokers, table, length, TimeProvider.System);
        IAnsiConsole console = Pictures.ConsoleOf(Console.Out);
        LiveDemoPages pages = new(console, demo, table, brokers?.BootstrapServers);
        pages.WriteBeginning(length);
        StatusLine status = new();
        SessionFeed feed = new(Console.Out, status);
        feed.WriteHeading();
        await demo.RunAsync(feed, status, cancellationToken).ConfigureAwait(false);
        bool isWhole = await pages.WriteTableAsync(feed.Count, CancellationToken.None).ConfigureAwait(false);
        pages.WriteNextSteps();
        return isWhole ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static List<Session> WriteSessions(IAnsiConsole console, SessionizationSummary summary, IReadOnlyList<Session> sessions)
    {
        List<Session>[] users = [.. sessions.GroupBy(session => session.UserId).Select(user => user.ToList())];
        List<Session>[] shown = [.. users.Where(user => user.Count is >= FewestSessions and <= MostSessions).Take(UsersShown)];
        Heading(console, string.Create(
            CultureInfo.InvariantCulture,
            $"Four weeks of a web shop: {summary.Events} clicks of {summary.Users} shoppers are {summary.Sessions} sessions"));
        Line(console, "Data: OTTO (GmbH & Co KG), CC BY 4.0. Rules: 30 minutes of inactivity, 2 hours at most. Some of the shoppers:");
        console.Write(SessionTable.Of(shown.SelectMany(user => user)));

        List<Session> longest = shown.MaxBy(user => user.Sum(session => session.EventCount))!;
        Heading(console, $"A timeline of {TerminalText.Safe(longest[0].UserId)}");
        foreach (string line in Timeline.Draw(longest))
        {
            Line(console, line);
        }

        return longest;
    }

    private static async Task WriteTableAsync(IAnsiConsole console, DemoTable table, Session shown, CancellationToken cancellationToken)
    {
        (IReadOnlyList<Session> found, ScanCounts counts) = await table.QueryAsync(shown, cancellationToken).ConfigureAwait(false);
        Heading(console, $"An Iceberg table of all sessions, {table.Name}, and one day of {TerminalText.Safe(shown.UserId)} in it");
        Line(console, $"It lies in {TerminalText.Safe(table.Warehouse)}, partitioned by date and users' bucket; Spark, Trino and DuckDB read it, too.");
        console.Write(SessionTable.Of(found));
        Line(console, ScanText.Of(counts));
    }

    private static bool WriteRuleCheck(IAnsiConsole console)
    {
        IReadOnlyList<RuleVerdict> verdicts = RuleCheck.Run(new SessionizationDefinition());
        Heading(console, $"Rule check: {RuleCheck.Events} events of {verdicts.Count} users, minutes from first to last event (events)");
        foreach (RuleVerdict verdict in verdicts)
        {
            console.Write(new Text(verdict.HasPassed ? "  PASS  " : "  FAIL  ", new Style(verdict.HasPassed ? Color.Green : Color.Red)));
            Line(console, $"{verdict.User}: {verdict.Rule}");
            Line(console, $"        {string.Join(", ", verdict.Actual)}");
            if (!verdict.HasPassed)
            {
                Line(console, $"        expected: {string.Join(", ", verdict.Expected)}");
            }
        }

        return verdicts.All(verdict => verdict.HasPassed);
    }

    private static void WriteNextSteps(IAnsiConsole console, string data, string query)
    {
        Heading(console, "What to try next");
        foreach (string line in (string[])
            [
                query,
                $"sessionize batch {ShellText.Quoted(data)} -o sessions.csv",
                $"sessionize batch {ShellText.Quoted(data)} --table sessions.user_sessions --warehouse lake",
                $"sessionize batch {ShellText.Quoted(data)} --inactivity-timeout 10m --end-on-page checkout --dry-run",
                "sessionize generate --users 1000 --events 100000 -o events.ndjson.gz",
                "sessionize batch --help",
            ])
        {
            Line(console, $"  {line}");
        }
    }

    private static void Heading(IAnsiConsole console, string text)
    {
        console.WriteLine();
        console.Write(new Text(text, new Style(decoration: Decoration.Bold)));
        console.WriteLine();
    }

    /// <summary>Past the library that draws, which would break a long command into two.</summary>
    private static void Line(IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);
}
