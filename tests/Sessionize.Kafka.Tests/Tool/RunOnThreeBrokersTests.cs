using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary><c>sessionize run</c> on a cluster: brokers go and come back, with and without the records that they had; and clients have to show a certificate.</summary>
public sealed class RunOnThreeBrokersTests(ThreeBrokers brokers) : ToolOnBrokerTests(brokers.Cluster), IClassFixture<ThreeBrokers>
{
    [Fact]
    public async Task LeaderOfPartitions_GoesAndComesBack_NothingIsLostOrTwice()
    {
        const int Partitions = 6;
        string topic = await Broker.CreateTopicAsync(Partitions);
        (int Partition, string? Key, string? Value)[] records = [.. Clicks.Spread(4_500, 30, Partitions)];
        Process run = StartLive(topic);
        await Broker.ProduceAsync(topic, records[..1_500]);
        await WaitForPositionsAsync(run, 1_500);

        int leader = (await LeadersAsync(topic))[0];
        await Broker.RunAsync("kill", "--broker", leader.ToString(CultureInfo.InvariantCulture));
        await Broker.ProduceAsync(topic, records[1_500..3_000]);
        await WaitForPositionsAsync(run, 3_000);
        Assert.DoesNotContain(leader, await LeadersAsync(topic));

        await Broker.RunAsync("restart-broker", "--broker", leader.ToString(CultureInfo.InvariantCulture));
        await LeadAgainAsync(topic, leader);
        await Broker.ProduceAsync(topic, records[3_000..]);
        await WaitForPositionsAsync(run, records.Length);

        ToolResult stopped = Stop(run, "TERM").AssertCivil();
        Assert.True(stopped.ExitCode == Done, stopped.Error);
        await CloseAndCompareAsync(topic, Clicks.EventsOf(records));
    }

    [Fact]
    public async Task BrokerThatClientsAsk_Goes_AnotherIsAsked()
    {
        string topic = await Broker.CreateTopicAsync(1);

        // Each broker tells its clients of another one whom they should ask about topics. Some of so many are told of the one that goes.
        KafkaCluster[] clients = [.. Enumerable.Range(0, 12).Select(_ => new KafkaCluster(Broker.Servers, [], TimeProvider.System, NullLogger.Instance))];
        try
        {
            await Task.WhenAll(clients.Select(client => client.DescribeAsync([topic], Token)));
            await Broker.RunAsync("kill", "--broker", "2");

            Assert.All(await Task.WhenAll(clients.Select(client => client.DescribeAsync([topic], Token))), topics => Assert.Equal(topic, Assert.Single(topics).Name));
        }
        finally
        {
            await Broker.RunAsync("restart-broker", "--broker", "2");
            Array.ForEach(clients, client => client.Dispose());
        }
    }

    [Fact]
    public async Task TopicThatIsBeingMade_NotAllBrokersKnowIt_ThoseThatDoNotAreAskedAgain()
    {
        const int Partitions = 12;
        using KafkaCluster cluster = new(Broker.Servers, [], TimeProvider.System, NullLogger.Instance);
        for (int round = 0; round < 8; round++)
        {
            string topic = Broker.NewName("new");
            Task making = Broker.BeginTopicAsync(Partitions, topic);
            while ((await cluster.DescribeAsync([topic], Token)).Count == 0)
            {
            }

            Assert.Equal("delete", await cluster.SettingOfAsync(topic, "cleanup.policy", Token));
            IReadOnlyDictionary<TopicPartition, long> ends = await cluster.ListOffsetsAsync(
                [.. Enumerable.Range(0, Partitions).Select(number => new TopicPartitionOffsetSpec { TopicPartition = new(topic, number), OffsetSpec = OffsetSpec.Latest() })],
                IsolationLevel.ReadUncommitted,
                Token);
            Assert.Equal(Partitions, ends.Count(end => end.Value == 0));
            await making;
        }
    }

    [Fact]
    public async Task Broker_ComesBackWithoutItsLastRecords_FailsUntilThatIsAccepted()
    {
        const int Victim = 3;
        string topic = Broker.NewName("clicks");
        await Broker.Admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, ReplicasAssignments = new() { [0] = [Victim] } }]);
        (int Partition, string? Key, string? Value)[] records = [.. Clicks.Spread(1_600, 10, 1)];
        await Broker.ProduceAsync(topic, records[..1_400]);
        await Broker.ProduceAsync(topic, records[1_400..1_500]);
        Run(Done, topic);

        // What a machine that loses its power has not brought to the disk. A batch of records without its end is dropped when the broker starts.
        await Broker.RunAsync("kill", "--broker", $"{Victim}");
        using (FileStream log = File.OpenWrite(Path.Combine(Broker.FolderOf(Victim, topic, 0), "00000000000000000000.log")))
        {
            log.SetLength(log.Length - 1);
        }

        await Broker.RunAsync("restart-broker", "--broker", $"{Victim}");

        ToolResult refused = Run(Failed, topic);
        string last = refused.Error.TrimEnd().Split('\n')[^1];
        Assert.Matches($"Partition 0 of {topic} ends at 1[0-9]{{3}}, before the committed position 1500: brokers lost [0-9]+ records", last);
        Assert.Contains("Set Kafka:OnDataLoss to Continue (--on-data-loss continue)", last, StringComparison.Ordinal);

        // It goes on at the end that it finds. Who sent the lost records counts on from them, and would be refused: another producer goes on.
        Run(Done, topic, "--on-data-loss", "continue");
        await Broker.ProduceWhenThereAsync(topic, records[1_500..]);
        await CloseAndCompareAsync(topic, Clicks.EventsOf(records));
    }

    [Fact]
    public async Task ClientCertificate_IsAskedFor_ReadsWithItAndIsUnavailableWithout()
    {
        string topic = await Broker.CreateTopicAsync(1);
        (int Partition, string? Key, string? Value)[] records = [.. Clicks.Spread(100, 10, 1)];
        await Broker.ProduceAsync(topic, records);
        string[] tls =
        [
            "run", "--kafka-servers", Broker.ServersOf("SSL"), "--kafka-topic", topic, "--pipeline", topic, "--partition-by", "none", "--trigger", "until-end",
            "--kafka-property", "security.protocol=SSL", "--kafka-property", "ssl.ca.location=" + Broker.CaFile,
        ];

        long start = Stopwatch.GetTimestamp();
        ToolResult refused = ToolProcess.Run(Folder.Path, tls).AssertCivil();
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.True(refused.ExitCode == Unavailable, refused.Error);
        string last = refused.Error.TrimEnd().Split('\n')[^1];
        Assert.StartsWith($"Kafka at {Broker.ServersOf("SSL")} asks for a certificate, and refuses ours or that there is none", last, StringComparison.Ordinal);
        Assert.Contains("Set ssl.keystore.location and ssl.keystore.password in Kafka:Properties", last, StringComparison.Ordinal);

        ToolResult read = ToolProcess.Run(
            Folder.Path, [.. tls, "--kafka-property", "ssl.keystore.location=" + Broker.ClientCertificateFile, "--kafka-property", "ssl.keystore.password=changeit"]);
        Assert.True(read.ExitCode == Done, read.Error);
        await CloseAndCompareAsync(topic, Clicks.EventsOf(records));
    }

    /// <summary>Who leads the partitions, said by a broker that is there: a client may wait long for another that is not.</summary>
    private Task<int[]> LeadersAsync(string topic) => Broker.RepeatAsync(() => Task.Run<int[]>(
        () => [.. Broker.Admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.OrderBy(partition => partition.PartitionId).Select(partition => partition.Leader)]));

    /// <summary>Gives a broker that is back the partitions again that it led.</summary>
    private async Task LeadAgainAsync(string topic, int broker)
    {
        CancellationToken limit = TimeLimit.Of();
        while (!(await LeadersAsync(topic)).Contains(broker))
        {
            try
            {
                await Broker.Admin.ElectLeadersAsync(ElectionType.Preferred, null);
            }
            catch (KafkaException)
            {
                // It has not caught up yet, or leads already; or the one is gone whom the client asks.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), limit);
        }
    }
}
