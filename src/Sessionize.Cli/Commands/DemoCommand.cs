using System.CommandLine;
using System.Globalization;
using Sessionize.Cli.Demonstration;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Iceberg.Reading;
using Sessionize.Sinks;
using Sessionize.Sources;
using Spectre.Console;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize demo</c>: a real data set, without a single option.</summary>
internal sealed class DemoCommand : Command
{
    private const int UsersShown = 3;
    private const int FewestSessions = 3;
    private const int MostSessions = 6;

    private readonly Option<string> _warehouse = OptionParsing.Text(
        "--warehouse",
        "folder",
        "Where the Iceberg table of the sessions goes; a new temporary folder by default.",
        text => text.Contains("://", StringComparison.Ordinal) ? "is no folder: name a local one, such as lake" : null);

    public DemoCommand()
        : base("demo", "Shows sessions of real clicks, a timeline, an Iceberg table of them, and a check of the rules.")
    {
        Options.Add(_warehouse);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
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
