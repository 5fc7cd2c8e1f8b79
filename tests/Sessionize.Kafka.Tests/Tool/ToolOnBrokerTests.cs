using System.Diagnostics;
using System.Globalization;
using Sessionize.Cli.Tests.Support;
using Sessionize.Iceberg;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary>Tests of the tool as a process: a real broker, and a folder that each of them works in.</summary>
public abstract class ToolOnBrokerTests(KafkaBroker broker) : IAsyncLifetime
{
    private protected const int Done = 0;
    private protected const int Failed = 1;
    private protected const int Usage = 2;
    private protected const int DoneWithBadEvents = 3;
    private protected const int Unavailable = 5;
    private protected const int Interrupted = 130;

    private protected const string TableName = "sessions.user_sessions";

    private Process? _live;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected KafkaBroker Broker { get; } = broker;

    private protected TemporaryFolder Folder { get; } = new();

    /// <summary>Where the table lies.</summary>
    private protected string TableFolder => Folder.File("warehouse/sessions/user_sessions");

    public async ValueTask InitializeAsync() => await Broker.StartAsync();

    public ValueTask DisposeAsync()
    {
        // A test that failed may have left it behind.
        if (_live is { HasExited: false })
        {
            _live.Kill(entireProcessTree: true);
            _live.WaitForExit();
        }

        Folder.Dispose();
        GC.SuppressFinalize(this);
        return default;
    }

    /// <summary>The words of a run over a topic, by a pipeline of the topic's name.</summary>
    private protected string[] Words(string topic, params string[] more) =>
        ["run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--pipeline", topic, "--partition-by", "none", .. more];

    /// <summary>Runs a pipeline to the end that it finds, which has to end as said.</summary>
    private protected ToolResult Run(int exitCode, string topic, params string[] more)
    {
        ToolResult result = ToolProcess.Run(Folder.Path, Words(topic, ["--trigger", "until-end", .. more])).AssertCivil();
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode} in place of {exitCode}: {result.Error}");
        return result;
    }

    /// <summary>Starts a run that goes on until <see cref="Stop"/>, and commits every second what it has read, also when no session has closed.</summary>
    private protected Process StartLive(string topic, params string[] more)
    {
        File.WriteAllText(Folder.File("live.json"), """{"MaxCommitDelay":"00:00:01"}""");
        return _live = ToolProcess.Start(Folder.Path, Words(topic, ["--trigger", "1s", "--config", "live.json", .. more]));
    }

    /// <summary>Sends a signal to a run, and waits for its end.</summary>
    private protected static ToolResult Stop(Process process, string signal)
    {
        Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        return ToolProcess.Finish(process, standardInput: null);
    }

    /// <summary>Closes everything, and compares the table with what the oracle makes of events.</summary>
    private protected async Task CloseAndCompareAsync(string topic, IEnumerable<ClickstreamEvent> events, params string[] more)
    {
        ClickstreamEvent[] all = [.. events];
        long end = all.Max(e => e.TimestampMs);
        Run(Done, topic, ["--at-end", "close-all", "--end-time", end.ToString(CultureInfo.InvariantCulture), .. more]);
        SessionRows.AssertEqual(SessionRows.OfOracle(all, end), await RowsAsync());
    }

    /// <summary>Waits until a run has committed as many records as there are.</summary>
    private protected Task WaitForPositionsAsync(Process run, long records) => WaitAsync(run, positions => positions.Values.Sum() == records);

    /// <summary>Waits until a run has a number of partitions.</summary>
    private protected Task WaitForPartitionsAsync(Process run, int partitions) => WaitAsync(run, positions => positions.Count == partitions);

    /// <summary>The rows of the table, in the order of their ids.</summary>
    private protected async Task<IReadOnlyList<Session>> RowsAsync(string warehouse = "warehouse", string name = TableName)
    {
        IReadOnlyList<Session> rows = await SessionRows.ReadAsync(new IcebergTableOptions { Warehouse = Folder.File(warehouse), Name = name }, Token);
        return [.. rows.OrderBy(row => row.SessionId, StringComparer.Ordinal)];
    }

    /// <summary>How far the pipeline of the table is, by the number of the partition; nothing while there is no table.</summary>
    private protected async Task<IReadOnlyDictionary<int, long>> PositionsAsync()
    {
        if (!File.Exists(Path.Combine(TableFolder, "metadata/v1.metadata.json")))
        {
            return new Dictionary<int, long>();
        }

        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(
            new IcebergTableOptions { Warehouse = Folder.File("warehouse"), Name = TableName }, cancellationToken: Token);
        return (await table.DescribeAsync(cancellationToken: Token)).Pipelines
            .SelectMany(pipeline => pipeline.Lanes)
            .SelectMany(lane => lane.Positions)
            .ToDictionary(position => int.Parse(position.Partition.Split('/')[^1], CultureInfo.InvariantCulture), position => position.Next);
    }

    private async Task WaitAsync(Process run, Func<IReadOnlyDictionary<int, long>, bool> holds)
    {
        CancellationToken limit = TimeLimit.Of();
        while (!holds(await PositionsAsync()))
        {
            if (run.HasExited)
            {
                Assert.Fail($"The run has ended: {ToolProcess.Finish(run, standardInput: null).Error}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), limit);
        }
    }
}
