using System.Collections.Concurrent;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests;

public sealed class KafkaGroupTests(KafkaBroker broker)
{
    public static TheoryData<string> Protocols => ["consumer", "classic"];

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Group_MembersComeAndGo_EveryRecordIsReadOnce(string protocol)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(12);
        await broker.ProduceAsync(topic, Clicks.Spread(12_000, 120, 12));
        ConcurrentDictionary<string, PartitionPosition> commits = [];
        KafkaOptions options = OptionsOf(topic, protocol);
        Trigger live = Trigger.Continuous(TimeSpan.FromSeconds(1));

        await using SourceDriver first = await new SourceDriver(options, commits, live).OpenAsync(TimeLimit.Of());
        await first.ReadUntilAsync(() => first.Records.Count == 12_000, TimeLimit.Of());
        SourceDriver second = await new SourceDriver(options, commits, live).OpenAsync(TimeLimit.Of());
        await using (second)
        {
            await SourceDriver.ReadUntilAsync(() => first.Owned.Count == 6 && second.Owned.Count == 6, first, second);
            await broker.ProduceAsync(topic, Clicks.Spread(6_000, 120, 12, first: 12_000));
            await SourceDriver.ReadUntilAsync(() => first.Records.Count + second.Records.Count == 18_000, first, second);
            second.Commit();
        }

        await first.ReadUntilAsync(() => first.Owned.Count == 12, TimeLimit.Of());
        await broker.ProduceAsync(topic, Clicks.Spread(1_200, 120, 12, first: 18_000));
        await first.ReadUntilAsync(() => first.Records.Count + second.Records.Count == 19_200, TimeLimit.Of());

        ReadRecord[] all = [.. first.Records, .. second.Records];
        Assert.Equal(19_200, all.Select(record => (record.Partition, record.Position)).Distinct().Count());
        Assert.DoesNotContain(first.Changes.Concat(second.Changes), change => change.Kind == AssignmentChangeKind.Lost);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Release_ThatComesLate_KeepsThePartitionFromOthersUntilThen(string protocol)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(2);
        ConcurrentDictionary<string, PartitionPosition> commits = [];
        KafkaOptions options = OptionsOf(topic, protocol);
        Trigger live = Trigger.Continuous(TimeSpan.FromSeconds(1));
        await using SourceDriver first = await new SourceDriver(options, commits, live).OpenAsync(TimeLimit.Of());
        await first.ReadUntilAsync(() => first.Owned.Count == 2, TimeLimit.Of());
        TaskCompletionSource committed = new();
        bool isReleased = false;
        first.OnRevoked = async change =>
        {
            Assert.Equal(TimeSpan.FromSeconds(150), change.Patience);
            await committed.Task;
            isReleased = true;
        };
        await using SourceDriver second = await new SourceDriver(options, commits, live).OpenAsync(TimeLimit.Of());

        Task releasing = first.ReadUntilAsync(() => first.Owned.Count == 1, TimeLimit.Of());
        Task waiting = second.ReadUntilAsync(() => second.Owned.Count == 1, TimeLimit.Of());
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        committed.SetResult();
        await Task.WhenAll(releasing, waiting);

        Assert.True(isReleased);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Release_ThatDoesNotCome_IsWaitedForHalfOfTheTimeout(string protocol)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(2);
        ConcurrentDictionary<string, PartitionPosition> commits = [];
        KafkaOptions options = OptionsOf(topic, protocol);
        options.Properties["max.poll.interval.ms"] = "6000";
        if (protocol == "classic")
        {
            options.Properties["session.timeout.ms"] = "6000";
        }

        Trigger live = Trigger.Continuous(TimeSpan.FromSeconds(1));
        await using SourceDriver first = await new SourceDriver(options, commits, live).OpenAsync(TimeLimit.Of());
        await first.ReadUntilAsync(() => first.Owned.Count == 2, TimeLimit.Of());
        await using SourceDriver second = await new SourceDriver(options, commits, live).OpenAsync(TimeLimit.Of());

        // The first one does not read, so it never hears that it is to let go.
        await second.ReadUntilAsync(() => second.Owned.Count == 1, TimeLimit.Of());
        await first.ReadUntilAsync(() => first.Changes.Count == 2, TimeLimit.Of());

        Assert.Equal((AssignmentChangeKind.Revoked, TimeSpan.FromSeconds(3)), (first.Changes[1].Kind, first.Changes[1].Patience));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task UntilEnd_MemberThatGetsNoPartition_EndsToo(string protocol)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(1);
        ConcurrentDictionary<string, PartitionPosition> commits = [];
        KafkaOptions options = OptionsOf(topic, protocol);
        await using SourceDriver owner = await new SourceDriver(options, commits, Trigger.Continuous(TimeSpan.FromSeconds(1))).OpenAsync(TimeLimit.Of());
        await owner.ReadUntilAsync(() => owner.Owned.Count == 1, TimeLimit.Of());
        await using SourceDriver member = await new SourceDriver(options, commits).OpenAsync(TimeLimit.Of());

        Task ending = member.ReadToEndAsync(TimeLimit.Of());
        await owner.ReadUntilAsync(() => ending.IsCompleted, TimeLimit.Of(), mayWait: true);
        await ending;

        Assert.Single((string[])[.. owner.Owned, .. member.Owned]);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task UntilEnd_ThreeMembers_ReadEverythingOnceAndEnd(string protocol)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(4);
        await broker.ProduceAsync(topic, Clicks.Spread(20_000, 40, 4));
        ConcurrentDictionary<string, PartitionPosition> commits = [];
        KafkaOptions options = OptionsOf(topic, protocol);
        SourceDriver[] members = [new(options, commits), new(options, commits), new(options, commits)];

        await Task.WhenAll(members.Select(async member =>
        {
            await member.OpenAsync(TimeLimit.Of());
            await member.ReadToEndAsync(TimeLimit.Of());
            await member.DisposeAsync();
        }));

        Assert.Equal(20_000, members.SelectMany(member => member.Records).Select(record => (record.Partition, record.Position)).Distinct().Count());
        Assert.Equal(20_000, members.Sum(member => member.Records.Count));
    }

    [Fact]
    public async Task SeveralTopics_OneLaneForEachNumber_GoesToOneMemberWhole()
    {
        await broker.StartAsync();
        string stem = broker.NewName("several");
        string[] topics = [await broker.CreateTopicAsync(4, $"{stem}-b"), await broker.CreateTopicAsync(4, $"{stem}-a")];
        foreach (string topic in topics)
        {
            await broker.ProduceAsync(topic, Clicks.Spread(400, 40, 4));
        }

        ConcurrentDictionary<string, PartitionPosition> commits = [];
        KafkaOptions options = new() { BootstrapServers = broker.Servers, TopicPattern = $"{stem}-[ab]", GroupId = broker.NewName("group") };
        Trigger live = Trigger.Continuous(TimeSpan.FromSeconds(1));
        await using SourceDriver first = await new SourceDriver(options, commits, live).OpenAsync(TimeLimit.Of());
        await using SourceDriver second = await new SourceDriver(options, commits, live).OpenAsync(TimeLimit.Of());

        // What is read again after a partition moved counts once; who has how many partitions in the meantime is the brokers' affair.
        await SourceDriver.ReadUntilAsync(
            () => first.Owned.Count + second.Owned.Count == 8
                && first.Records.Concat(second.Records).Select(record => (record.Partition, record.Position)).Distinct().Count() == 800,
            first,
            second);

        Assert.All((SourceDriver[])[first, second], driver => Assert.All(
            driver.Owned.GroupBy(partition => partition.Split('/')[2]), lane => Assert.Equal(2, lane.Count())));
        IReadOnlyList<SourcePartition> partitions = first.Changes.Last(change => change.Kind == AssignmentChangeKind.Assigned).Partitions;
        Assert.All(partitions.GroupBy(partition => partition.Lane), lane => Assert.Equal(
            [$"{stem}-a", $"{stem}-b"], lane.OrderBy(partition => partition.Order).Select(partition => partition.Name.Split('/')[0])));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Group_MemberThatDoesNotPoll_HearsThatItLostItsPartitionsAndComesBack(string protocol)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(2);
        await broker.ProduceAsync(topic, Clicks.Spread(200, 20, 2));
        ConcurrentDictionary<string, PartitionPosition> commits = [];
        KafkaOptions options = OptionsOf(topic, protocol);
        options.Properties["max.poll.interval.ms"] = "2000";
        if (protocol == "classic")
        {
            options.Properties["session.timeout.ms"] = "2000";
        }

        // Records are parsed on the thread that polls.
        await using SourceDriver driver = await new SourceDriver(
            options, commits, Trigger.Continuous(TimeSpan.FromSeconds(1)), wrap: parser => new StandingParser(parser, TimeSpan.FromSeconds(4)))
            .OpenAsync(TimeLimit.Of());
        // A machine that is busy elsewhere may let it happen again.
        await driver.ReadUntilAsync(
            () => driver.Changes.Count >= 3 && driver.Records.Select(record => (record.Partition, record.Position)).Distinct().Count() == 200,
            TimeLimit.Of(),
            mayWait: true);

        Assert.Equal(
            [AssignmentChangeKind.Assigned, AssignmentChangeKind.Lost, AssignmentChangeKind.Assigned], driver.Changes.Take(3).Select(change => change.Kind));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Assigned_OpeningTakesLongerThanAGroupWaits_IsReadAllTheSame(string protocol)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(2);
        await broker.ProduceAsync(topic, Clicks.Spread(200, 20, 2));
        KafkaOptions options = OptionsOf(topic, protocol);
        options.Properties["max.poll.interval.ms"] = "2000";
        if (protocol == "classic")
        {
            options.Properties["session.timeout.ms"] = "2000";
        }

        await using SourceDriver driver = await new SourceDriver(options, trigger: Trigger.Continuous(TimeSpan.FromSeconds(1))).OpenAsync(TimeLimit.Of());
        Assert.Equal(SourceReadResult.AssignmentChanged, await driver.Source.ReadAsync(new EventBatch(EventFields.None), TimeLimit.Of()));
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);

        await driver.ReadUntilAsync(() => driver.Records.Count == 200, TimeLimit.Of(), mayWait: true);

        Assert.Equal(2, driver.Owned.Count);
    }

    [Fact]
    public async Task Group_BrokersThatDoNotKnowTheNewerProtocol_AreReadByTheClassicOne()
    {
        // What brokers before 4.0 say; of a broker of its own, since it holds for all groups.
        await using KafkaBroker old = new("--config", "group.coordinator.rebalance.protocols=classic");
        await old.StartAsync();
        string topic = await old.CreateTopicAsync(2);
        await old.ProduceAsync(topic, Clicks.Spread(200, 20, 2));
        using LogLines logs = new();
        KafkaOptions options = new() { BootstrapServers = old.Servers, Topic = topic };
        await using SourceDriver driver = await new SourceDriver(options, logs: logs).OpenAsync(TimeLimit.Of());

        await driver.ReadToEndAsync(TimeLimit.Of());

        Assert.Equal(200, driver.Records.Count);
        Assert.Contains(logs.Lines, line => line.Contains("so 'classic' is used", StringComparison.Ordinal));
    }

    private KafkaOptions OptionsOf(string topic, string protocol)
    {
        KafkaOptions options = new() { BootstrapServers = broker.Servers, Topic = topic, GroupId = broker.NewName("group") };
        options.Properties["group.protocol"] = protocol;
        if (protocol == "classic")
        {
            options.Properties["heartbeat.interval.ms"] = "500";
        }

        return options;
    }
}
