using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Sessionize.Soak.Tests;

/// <summary>One soak: three processes of the tool over twelve partitions, traffic, faults; then an orderly end.</summary>
internal sealed class Soak(SoakOptions options, KafkaBroker broker, SoakPlace place, string folder, Diary diary)
{
    private const int Workers = 3;
    private const int Partitions = 12;
    private const int MostRounds = 8;
    private const int Fenced = 4;
    private const int Unavailable = 5;
    private const string Pipeline = "soak";

    // A process that stops or starts takes its time on a machine that does much else.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(6);

    private string _topic = "";

    /// <summary>What was read back from the topic.</summary>
    public TopicLog Log { get; private set; } = new();

    /// <summary>How many sessions were in the table when the faults ended, before the rest was closed.</summary>
    public int RowsBeforeTheEnd { get; private set; }

    /// <summary>Lets traffic and faults run for a time, and stops the processes.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _topic = await broker.CreateTopicAsync(Partitions);
        using Traffic traffic = new(options.Seed, broker.Servers, _topic, diary);
        using CancellationTokenSource stopTraffic = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task sending = Task.Run(() => traffic.RunAsync(stopTraffic.Token), CancellationToken.None);
        Worker[] workers = [.. Enumerable.Range(1, Workers).Select(number => new Worker(number, folder, Command("--trigger", "2s"), diary))];
        try
        {
            using CancellationTokenSource stopChaos = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            stopChaos.CancelAfter(options.Length);
            await new Chaos(options, broker, place, workers, diary).RunAsync(stopChaos.Token);
            cancellationToken.ThrowIfCancellationRequested();

            diary.Write("the faults end");
            await stopTraffic.CancelAsync();
            await sending;
            foreach (Worker worker in workers)
            {
                await worker.StopAsync();
            }
        }
        finally
        {
            await stopTraffic.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (Worker worker in workers)
            {
                await worker.DisposeAsync();
            }
        }

        Log = TopicLog.Read(broker.Servers, _topic, Partitions, cancellationToken);
        diary.Write(string.Create(CultureInfo.InvariantCulture, $"{Log.Records} records, {traffic.Acknowledged} acknowledged, {traffic.Failed} refused"));
        Assert.True(Log.Records >= traffic.Acknowledged, "The broker lost records that it had acknowledged: that is not ours to answer for.");
    }

    /// <summary>Closes what is open, with three processes, and again with one, which finds nothing to do.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        RowsBeforeTheEnd = (await SessionRows.ReadAsync(place.Options(), cancellationToken)).Count;
        string end = Log.Events.Max(e => e.TimestampMs).ToString(CultureInfo.InvariantCulture);
        string group = Pipeline;
        for (int round = 1; ; round++)
        {
            string[] command = Closing();
            int[] ends = await Task.WhenAll(Enumerable.Range(1, Workers).Select(number => EndOfAsync(number, command, cancellationToken)));
            diary.Write($"round {round} of closing: {string.Join(", ", ends)}");
            if (ends.All(exitCode => exitCode == 0))
            {
                if (await PositionAsync(cancellationToken) == Log.Records)
                {
                    break;
                }

                // Kafka 4.3.1 may keep members whose processes are long gone, and their partitions with them, when its broker crashed and two loads of the group met at its start:
                // its log then tells of a lower group epoch than before. Positions are the table's, so any other group goes on from them.
                Assert.Equal("consumer", options.GroupProtocol);
                group = $"{Pipeline}-{round + 1}";
                diary.Write($"the group has partitions that none of its members read; closing goes on as the group {group}");
                continue;
            }

            // A supervisor would start it again.
            Assert.All(ends, exitCode => Assert.True(exitCode is 0 or Fenced or Unavailable, $"A process ended with {exitCode}."));
            Assert.True(round < MostRounds, $"After {round} rounds there is still one that does not end well.");
        }

        long? closed = await SnapshotAsync(cancellationToken);
        Assert.Equal(0, await EndOfAsync(1, Closing(), cancellationToken));
        Assert.Equal(closed, await SnapshotAsync(cancellationToken));

        string[] Closing() => Command("--kafka-group", group, "--trigger", "until-end", "--at-end", "close-all", "--end-time", end);
    }

    /// <summary>The bad records that the processes wrote down: partition, offset and reason. Each may be there several times.</summary>
    public IEnumerable<(int Partition, long Offset, string Reason)> Letters()
    {
        string file = place.DeadLettersOf(Pipeline);
        return File.ReadLines(file).Select(Letter).OfType<(int, long, string)>();
    }

    private static (int Partition, long Offset, string Reason)? Letter(string line)
    {
        try
        {
            using JsonDocument letter = JsonDocument.Parse(line);
            string partition = letter.RootElement.GetProperty("partition").GetString()!;
            return (
                int.Parse(partition.AsSpan(partition.LastIndexOf('/') + 1), CultureInfo.InvariantCulture),
                letter.RootElement.GetProperty("position").GetInt64(),
                letter.RootElement.GetProperty("reason").GetString()!);
        }
        catch (JsonException)
        {
            // Who wrote it was killed in the middle; whoever came next wrote the letter again, on a line of its own.
            return null;
        }
    }

    private string[] Command(params string[] trigger)
    {
        string[] group = options.GroupProtocol == "classic"
            ? ["--kafka-property", "group.protocol=classic", "--kafka-property", "session.timeout.ms=6000", "--kafka-property", "heartbeat.interval.ms=500"]
            : ["--kafka-property", "group.protocol=consumer"];
        return
        [
            .. options.HasSlowDisk ? SlowDisk.Prefix : [],
            "env", "SESSIONIZE__IDLETIMEOUT=10.00:00:00", "SESSIONIZE__MAXCOMMITDELAY=00:00:10",
            .. ToolProgram.Command, "run", "--kafka-servers", broker.Servers, "--kafka-topic", _topic, "--pipeline", Pipeline, "--partition-by", "session_date",
            "--watermark-delay", "10m", "--log-level", "information", .. group, .. place.Arguments, .. trigger,
        ];
    }

    private async Task<int> EndOfAsync(int number, string[] command, CancellationToken cancellationToken)
    {
        using Process process = Worker.Start(folder, Path.Combine(folder, $"closing-{number}.log"), command);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return process.ExitCode;
    }

    private async Task<long?> SnapshotAsync(CancellationToken cancellationToken)
    {
        await using Iceberg.IcebergSessionTable table = await Iceberg.IcebergSessionTable.OpenAsync(place.Options(), cancellationToken: cancellationToken);
        return (await table.DescribeAsync(cancellationToken: cancellationToken)).CurrentSnapshot?.Id;
    }

    /// <summary>How many records the committed positions are behind.</summary>
    private async Task<long> PositionAsync(CancellationToken cancellationToken)
    {
        await using Iceberg.IcebergSessionTable table = await Iceberg.IcebergSessionTable.OpenAsync(place.Options(), cancellationToken: cancellationToken);
        return (await table.DescribeAsync(cancellationToken: cancellationToken)).Pipelines
            .SelectMany(pipeline => pipeline.Lanes).SelectMany(lane => lane.Positions).Sum(position => position.Next);
    }
}
