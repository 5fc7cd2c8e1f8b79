using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sessionize.Cli.Tests.Support;
using Sessionize.Iceberg;
using Sessionize.Kafka.Tests.Support;
using Sessionize.Tests.Data;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary>Real clickstreams through a real broker into tables: three processes over twelve partitions give the oracle's rows, and what independent programs computed.</summary>
/// <remarks>
/// SESSIONIZE_GROWING_SETS names the data sets, with blanks between them, that grow over 24 runs of three processes each. Without it one set does, and
/// only every fourth run has three processes, the others one: what costs time is starting processes. SESSIONIZE_DATA_SETS_SUMMARY names a file that
/// gets a line for each table that was right.
/// </remarks>
public sealed class RunDataSetTests(KafkaBroker broker, IceCheck java) : ToolOnBrokerTests(broker)
{
    private const int Partitions = 12;
    private const int Workers = 3;
    private const int GrowingRuns = 24;
    private const string Settings = "30m/2h";

    private static readonly string? s_growing = Environment.GetEnvironmentVariable("SESSIONIZE_GROWING_SETS");

    public static TheoryData<string> Names => [.. DataSet.Names];

    public static TheoryData<string> GrowingNames => [.. (s_growing ?? "otto-shop").Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task DataSet_ThreeProcessesOverTwelvePartitions_GiveTheRowsOfTheOracle(string name)
    {
        string[] lines = TopicLines.OfDataSet(name);
        string topic = await Broker.CreateTopicAsync(Partitions);
        await Broker.ProduceAsync(topic, TopicLines.ToRecords(lines, Partitions));
        string[] arguments = [.. Arguments(topic), "--at-end", "close-all", "--end-time", TopicLines.HighestTime(lines)];

        await RunAsync(arguments, Workers);

        await AssertRowsAsync(name, "1 run");
        if (name == "otto-shop")
        {
            string before = Snapshots();
            await RunAsync(arguments, processes: 1);
            Assert.Equal(before, Snapshots());
        }
    }

    [Theory]
    [MemberData(nameof(GrowingNames))]
    public async Task GrowingDataSet_24RunsThatLeaveSessionsOpen_GiveTheRowsOfTheOracle(string name)
    {
        string[] lines = TopicLines.OfDataSet(name);
        string topic = await Broker.CreateTopicAsync(Partitions);
        foreach ((int run, string[] part) in lines.Chunk((lines.Length / GrowingRuns) + 1).Index())
        {
            await Broker.ProduceAsync(topic, TopicLines.ToRecords(part, Partitions));
            await RunAsync([.. Arguments(topic), "--at-end", "leave-open"], s_growing is not null || run % 4 == 0 ? Workers : 1);
        }

        await RunAsync([.. Arguments(topic), "--at-end", "close-all", "--end-time", TopicLines.HighestTime(lines)], Workers);

        await AssertRowsAsync(name, $"{GrowingRuns} runs over growing input, 1 that closes");
    }

    private string[] Arguments(string topic) =>
        ["run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--pipeline", topic, "--partition-by", "session_date", "--trigger", "until-end"];

    private async Task RunAsync(string[] arguments, int processes)
    {
        Process[] workers = [.. Enumerable.Range(0, processes).Select(_ => ToolProcess.Start(Folder.Path, arguments))];
        ToolResult[] results = await Task.WhenAll(workers.Select(worker => Task.Run(() => ToolProcess.Finish(worker, standardInput: null), Token)));
        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.Error));
    }

    private async Task AssertRowsAsync(string name, string runs)
    {
        ClickstreamEvent[] events = DataSet.Events(name);
        IReadOnlyList<Session> rows = await SessionRows.ReadAsync(
            new IcebergTableOptions { Warehouse = Folder.File("warehouse"), Name = "sessions.user_sessions" }, Token);
        SessionRows.AssertEqual(SessionRows.OfOracle(events, events.Max(e => e.TimestampMs)), rows);

        // The oracle is ours; what it is compared with here was computed by others.
        JsonElement expected = DataSet.Expected(name)[Settings];
        IReadOnlyList<Session> ordinal = SessionRows.WithOrdinalIds(rows);
        Assert.Equal(expected.GetProperty("sha256").GetString(), CanonicalRows.Digest(ordinal));
        Assert.Equal(expected.GetProperty("sha256_full").GetString(), CanonicalRows.FullDigest(ordinal));

        string folder = Folder.File("warehouse/sessions/user_sessions");
        await java.VerifyAsync(folder);
        Assert.Equal(rows.Count, await java.CountAsync(folder));
        if (Environment.GetEnvironmentVariable("SESSIONIZE_DATA_SETS_SUMMARY") is { Length: > 0 } summary)
        {
            int snapshots = (await java.DescribeAsync(folder)).GetProperty("snapshots").GetArrayLength();
            await File.AppendAllTextAsync(summary, string.Create(CultureInfo.InvariantCulture, $"| {name} | {runs} | {events.Length:N0} | {rows.Count:N0} | {snapshots:N0} |\n"), Token);
        }
    }

    private string Snapshots() => ToolProcess.Run(Folder.Path, "table", "snapshots", "sessions.user_sessions", "--format", "json").Output;
}
