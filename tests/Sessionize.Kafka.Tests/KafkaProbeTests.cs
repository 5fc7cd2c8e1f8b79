using System.Diagnostics;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>What the start says when something is wrong: one sentence with its remedy.</summary>
public sealed class KafkaProbeTests(KafkaBroker broker)
{
    [Theory]
    [InlineData("SASL_PLAINTEXT", "PLAIN")]
    [InlineData("SASL_PLAINTEXT", "SCRAM-SHA-256")]
    [InlineData("SASL_SSL", "SCRAM-SHA-512")]
    [InlineData("SSL", null)]
    public async Task OpenAsync_RightLoginAndCertificate_Reads(string listener, string? mechanism)
    {
        KafkaOptions options = await OptionsOfAsync(listener, mechanism);
        await broker.ProduceAsync(options.Topic!, Clicks.Spread(10, 10, 1));
        await using SourceDriver driver = await new SourceDriver(options).OpenAsync(TimeLimit.Of());

        await driver.ReadToEndAsync(TimeLimit.Of());

        Assert.Equal(10, driver.Records.Count);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-512")]
    public async Task OpenAsync_WrongPassword_SaysSo(string mechanism)
    {
        KafkaOptions options = await OptionsOfAsync("SASL_PLAINTEXT", mechanism);
        options.Properties["sasl.password"] = "wrong";

        SessionizeException failure = await FailAsync(options, TimeSpan.FromSeconds(60));

        Assert.StartsWith($"Kafka at {options.BootstrapServers} refuses the login", failure.Message, StringComparison.Ordinal);
        Assert.Contains("sasl.password", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.AreRetriesUsedUp);
    }

    [Fact]
    public async Task OpenAsync_UnknownAuthority_SaysSo()
    {
        KafkaOptions options = await OptionsOfAsync("SSL", null);
        options.Properties.Remove("ssl.ca.location");

        SessionizeException failure = await FailAsync(options, TimeSpan.FromSeconds(60));

        Assert.Contains("certificate that is not trusted", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ssl.ca.location", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.AreRetriesUsedUp);
    }

    [Theory]
    [InlineData("SSL")]
    [InlineData("SASL_PLAINTEXT")]
    public async Task OpenAsync_PlainClientWhereMoreIsWanted_SaysWhatToLookAt(string listener)
    {
        KafkaOptions options = await OptionsOfAsync(listener, null);
        options.Properties.Clear();
        options.StartTimeout = TimeSpan.FromSeconds(3);

        SessionizeException failure = await FailAsync(options, TimeSpan.FromSeconds(60));

        Assert.Contains("if they want TLS or a login, set security.protocol", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.AreRetriesUsedUp);
    }

    [Fact]
    public async Task OpenAsync_NoBroker_SaysSoInTime()
    {
        KafkaOptions options = new()
        {
            BootstrapServers = $"127.0.0.1:{ComponentScript.FreePort()}",
            Topic = "clicks",
            StartTimeout = TimeSpan.FromSeconds(3),
        };

        SessionizeException failure = await FailAsync(options, TimeSpan.FromSeconds(60));

        Assert.StartsWith($"No Kafka broker at {options.BootstrapServers} answered within", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.AreRetriesUsedUp);
    }

    [Fact]
    public async Task OpenAsync_NoSuchTopic_NamesTheNearest()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(1, broker.NewName("purchases"));
        KafkaOptions options = new() { BootstrapServers = broker.Servers, Topic = topic.Replace("purchases", "purchase", StringComparison.Ordinal) };

        SessionizeException failure = await FailAsync(options, TimeSpan.FromSeconds(60));

        Assert.StartsWith($"Kafka at {broker.Servers} has no topic '{options.Topic}': did you mean '{topic}'?", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.AreRetriesUsedUp);
    }

    [Fact]
    public async Task OpenAsync_NoTopicOfThePattern_SaysSo()
    {
        await broker.StartAsync();
        KafkaOptions options = new() { BootstrapServers = broker.Servers, TopicPattern = broker.NewName("nothing") + ".*" };

        SessionizeException failure = await FailAsync(options, TimeSpan.FromSeconds(60));

        Assert.Contains($"matches the pattern '{options.TopicPattern}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_TopicToBeCreated_CreatesItOnce()
    {
        await broker.StartAsync();
        KafkaOptions options = new() { BootstrapServers = broker.Servers, Topic = broker.NewName("created"), CreateTopicsWithPartitions = 3 };
        SourceDriver[] members = [new(options), new(options)];

        await Task.WhenAll(members.Select(member => member.OpenAsync(TimeLimit.Of())));
        await Task.WhenAll(members.Select(member => member.ReadUntilAsync(() => members.Sum(other => other.Owned.Count) == 3, TimeLimit.Of(), mayWait: true)));

        Assert.All(members.SelectMany(member => member.Changes).SelectMany(change => change.Partitions), partition => Assert.Equal(3, partition.Count));
        await Task.WhenAll(members.Select(member => member.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task OpenAsync_TopicsOfDifferentSizes_NamesBothCounts()
    {
        await broker.StartAsync();
        string[] topics = [await broker.CreateTopicAsync(2), await broker.CreateTopicAsync(3)];

        SessionizeException failure = await FailAsync(new KafkaOptions { BootstrapServers = broker.Servers, Topics = topics }, TimeSpan.FromSeconds(60));

        Assert.StartsWith($"The topic '{topics[0]}' has 2 partitions and '{topics[1]}' has 3", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no.such.setting", "1")]
    [InlineData("ssl.ca.location", "/nowhere/ca.pem")]
    [InlineData("sasl.mechanism", "GSSAPI")]
    public async Task OpenAsync_SettingThatLibrdkafkaRefuses_SaysSo(string name, string value)
    {
        KafkaOptions options = new() { Topic = "clicks" };
        options.Properties["security.protocol"] = name.StartsWith("sasl", StringComparison.Ordinal) ? "SASL_PLAINTEXT" : "SSL";
        options.Properties[name] = value;

        SessionizeException failure = await FailAsync(options, TimeSpan.FromSeconds(60));

        Assert.StartsWith("Kafka's client cannot be made: ", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<SessionizeException> FailAsync(KafkaOptions options, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        await using SourceDriver driver = new(options);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => driver.OpenAsync(TimeLimit.Of(60)));

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, limit);
        Assert.DoesNotContain('\n', failure.Message);
        return failure;
    }

    private async Task<KafkaOptions> OptionsOfAsync(string listener, string? mechanism)
    {
        await broker.StartAsync();
        KafkaOptions options = new() { BootstrapServers = broker.ServersOf(listener), Topic = await broker.CreateTopicAsync(1), GroupId = broker.NewName("group") };
        options.Properties["security.protocol"] = listener;
        if (mechanism is not null)
        {
            options.Properties["sasl.mechanism"] = mechanism;
            options.Properties["sasl.username"] = KafkaBroker.User;
            options.Properties["sasl.password"] = KafkaBroker.Password;
        }

        if (listener.EndsWith("SSL", StringComparison.Ordinal))
        {
            options.Properties["ssl.ca.location"] = broker.CaFile;
        }

        return options;
    }
}
