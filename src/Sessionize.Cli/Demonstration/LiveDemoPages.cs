using System.Globalization;
using Sessionize.Cli.Output;
using Sessionize.Iceberg.Reading;
using Spectre.Console;

namespace Sessionize.Cli.Demonstration;

/// <summary>What stands around the sessions of a live demonstration.</summary>
/// <param name="console">Where it is written.</param>
/// <param name="demo">The demonstration.</param>
/// <param name="table">Its table.</param>
/// <param name="servers">The user's brokers; <see langword="null"/>: those inside this process.</param>
internal sealed class LiveDemoPages(IAnsiConsole console, LiveDemo demo, DemoTable table, string? servers)
{
    private const string Topic = "demo-clicks";
    private const string Lake = "demo-lake";

    public void WriteBeginning(TimeSpan length)
    {
        TextGrid.Heading(console, "From Kafka into an Iceberg table, live");
        TextGrid.Line(console, servers is null
            ? "Kafka: brokers inside this process, which end with it."
            : $"Kafka: {servers}. The topic and the group '{demo.Name}' are made for this and deleted at the end; nothing else of yours is touched.");
        TextGrid.Line(console, $"Table: {table.Name} in {table.Warehouse}, committed once a second, exactly once.");
        TextGrid.Line(console, string.Create(
            CultureInfo.InvariantCulture,
            $"Events: made up, for {LengthText.Of((long)length.TotalMilliseconds)}, after an hour's backlog. Their time runs {LiveDemo.Speed} times as fast as the clock, so that you need not wait: a second is ten minutes."));
        TextGrid.Line(console, "Rules: the usual ones. 30 minutes of inactivity, 2 hours at most; the watermark stays 10 minutes behind.");
        TextGrid.Heading(console, "Sessions as they close");
    }

    /// <summary>Queries the table.</summary>
    /// <param name="printed">How many sessions were printed.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether the table has as many sessions as were printed.</returns>
    public async Task<bool> WriteTableAsync(int printed, CancellationToken cancellationToken)
    {
        TextGrid.Heading(console, $"The table {table.Name}");
        if (demo.Example is not { } example)
        {
            TextGrid.Line(console, "No session has closed, so that there is nothing in it: let the demonstration run for longer (--for).");
            return printed == 0;
        }

        IReadOnlyList<(string Reason, int Sessions)> reasons = await table.CountAsync(cancellationToken).ConfigureAwait(false);
        int there = reasons.Sum(reason => reason.Sessions);
        SessionizationCounts counts = demo.Counts;
        TextGrid.Line(console, string.Create(
            CultureInfo.InvariantCulture,
            $"{CountText.Of(counts.Events, "event")} gave {CountText.Of(printed, "session")}, and {there:N0} stand in the table: {string.Join(", ", reasons.Select(reason => $"{reason.Sessions:N0} ended by {reason.Reason}"))}."));
        TextGrid.Line(console, string.Create(
            CultureInfo.InvariantCulture,
            $"{CountText.Of(counts.OpenUsers, "user")} may go on: their open sessions are in the state, for the next run. {counts.LateEvents:N0} late events, {CountText.Of(counts.BadEvents.Values.Sum(), "bad record")}: see the dead letters."));
        console.WriteLine();
        (IReadOnlyList<Session> found, ScanCounts scan) = await table.QueryAsync(example, cancellationToken).ConfigureAwait(false);
        console.Write(SessionTable.Of(found));
        TextGrid.Line(console, ScanText.Of(scan));
        return there == printed;
    }

    public void WriteNextSteps()
    {
        string brokers = servers ?? "localhost:9092";
        TextGrid.Heading(console, "What is there now");
        Command(demo.Example is { } example ? table.QueryLine(example) : $"sessionize table describe {table.Name} --warehouse {ShellText.Quoted(table.Warehouse)}");
        if (File.Exists(demo.DeadLetters))
        {
            Command($"sessionize dead-letters list {ShellText.Quoted(demo.DeadLetters)}");
        }

        TextGrid.Heading(console, servers is null ? $"The same by hand, with brokers at {brokers}" : "The same by hand");
        if (servers is null)
        {
            TextGrid.Line(console, "  (no brokers? docker run -d -p 9092:9092 apache/kafka)");
        }

        Command($"sessionize generate --kafka-servers {brokers} --topic {Topic} --partitions {LiveDemo.Partitions} --users 500 --events 50000 --bad 0.1%");
        Command($"sessionize run --kafka-servers {brokers} --kafka-topic {Topic} --warehouse {Lake} --pipeline demo --trigger until-end");
        Command($"sessionize table describe sessions.user_sessions --warehouse {Lake}");
        Command($"sessionize dead-letters list --warehouse {Lake} --pipeline demo");
        TextGrid.Line(console, "Without --trigger until-end it runs until Ctrl-C, and commits every 30 seconds; start it again and again, or several of it.");
    }

    private void Command(string line) => TextGrid.Line(console, $"  {line}");
}
