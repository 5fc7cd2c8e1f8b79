using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary><c>sessionize generate --topic</c> as a process, to a real broker and to embedded ones.</summary>
public sealed class GenerateToTopicTests(KafkaBroker broker) : ToolOnBrokerTests(broker)
{
    [Fact]
    public void Topic_WithoutRate_HasTheLinesOfTheFileKeyedByUser()
    {
        string topic = Broker.NewName("made");
        string[] what = ["generate", "--users", "40", "--events", "3000", "--duplicates", "2%", "--out-of-order", "5%", "--bad", "3%", "--seed", "4"];

        ToolResult sent = ToolProcess.Run(Folder.Path, [.. what, "--kafka-servers", Broker.Servers, "--topic", topic, "--partitions", "3"]).AssertCivil();
        string[] lines = ToolProcess.Run(Folder.Path, what).AssertCivil().OutputLines;

        Assert.True(sent.ExitCode == 0, sent.Error);
        Assert.Contains($"{lines.Length.ToString("N0", CultureInfo.InvariantCulture)} records sent of 3,000 events to '{topic}'", sent.Error, StringComparison.Ordinal);
        IReadOnlyList<ConsumeResult<string?, string?>> records = TopicContent.Read(Broker.Servers, topic);
        Assert.Equal(lines.Order(StringComparer.Ordinal), records.Select(record => record.Message.Value!).Order(StringComparer.Ordinal));
        ILookup<bool, ConsumeResult<string?, string?>> byKey = records.ToLookup(record => record.Message.Key is not null);
        Assert.All(byKey[true], record => Assert.Equal(UserOf(record), record.Message.Key));
        Assert.All(byKey[true].GroupBy(record => record.Message.Key), user => Assert.Single(user.Select(record => record.Partition.Value).Distinct()));
        Assert.Equal(3, byKey[true].Select(record => record.Partition.Value).Distinct().Count());
        Assert.True(byKey[false].Any(), "Bad lines have no key.");
    }

    [Fact]
    public void Topic_WithRate_HasEventsOfNowAtEvenDistances()
    {
        using EmbeddedKafkaBroker embedded = EmbeddedKafkaBroker.Start(["clicks"]);
        ToolResult sent = ToolProcess.Run(Folder.Path, "generate", "--kafka-servers", embedded.BootstrapServers, "--topic", "clicks", "--rate", "100", "--events", "200").AssertCivil();

        Assert.True(sent.ExitCode == 0, sent.Error);
        IReadOnlyList<ConsumeResult<string?, string?>> records = TopicContent.Read(embedded.BootstrapServers, "clicks");
        long[] times = [.. records.Select(TimeOf).Order()];
        Assert.Equal(200, times.Length);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(10, pair.Second - pair.First));

        // The producer's own time of each: none is sent before its time.
        Assert.All(records, record => Assert.InRange(record.Message.Timestamp.UnixTimestampMs - TimeOf(record), -10, 60_000));
    }

    [Fact]
    public async Task Interrupt_IsFlushedAndCounted()
    {
        string topic = await Broker.CreateTopicAsync(2);
        using Process process = ToolProcess.Start(Folder.Path, "generate", "--kafka-servers", Broker.Servers, "--topic", topic, "--rate", "1000", "--duration", "1h");
        ToolResult stopped = ToolProcess.Finish(process, _ =>
        {
            Assert.True(SpinWait.SpinUntil(() => TopicContent.Read(Broker.Servers, topic).Count > 100, TimeSpan.FromMinutes(1)));
            Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        }).AssertCivil();

        Assert.Equal(130, stopped.ExitCode);
        int there = TopicContent.Read(Broker.Servers, topic).Count;
        Assert.Contains($"Interrupted: {there.ToString("N0", CultureInfo.InvariantCulture)} records sent of 3,600,000 events", stopped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void BrokersThatGo_AreASentenceAndExitCode5()
    {
        EmbeddedKafkaBroker embedded = EmbeddedKafkaBroker.Start(["clicks"]);
        string servers = embedded.BootstrapServers;
        using Process process = ToolProcess.Start(
            Folder.Path, "generate", "--kafka-servers", servers, "--topic", "clicks", "--rate", "1000", "--duration", "1h", "--kafka-property", "message.timeout.ms=2000");
        ToolResult stopped = ToolProcess.Finish(process, _ =>
        {
            Assert.True(SpinWait.SpinUntil(() => TopicContent.Read(servers, "clicks").Count > 100, TimeSpan.FromMinutes(1)));
            embedded.Dispose();
        }).AssertCivil();

        Assert.Equal(5, stopped.ExitCode);
        Assert.Contains("Kafka fails at writing to the topic 'clicks'", stopped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_EachIsASentenceWithTheExitCodeOfItsKind()
    {
        foreach ((int exitCode, string sentence, string[] words) in ((int, string, string[])[])
            [
                (1, "no topic 'nope'", ["--kafka-servers", Broker.Servers, "--topic", "nope"]),
                (2, "give the one or the other", ["--topic", "clicks", "-o", "e.ndjson"]),
                (2, "name the topic", ["--partitions", "3"]),
                (2, "'two words' is no name of a topic", ["--topic", "two words"]),
                (2, "group.id cannot be set", ["--topic", "clicks", "--kafka-property", "group.id=mine"]),
                (2, "--partitions: '0'", ["--topic", "clicks", "--partitions", "0"]),
                (5, "127.0.0.1:1", ["--kafka-servers", "127.0.0.1:1"]),
            ])
        {
            ToolResult result = ToolProcess.Run(Folder.Path, ["generate", .. words]).AssertCivil();
            Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', words)}: {result.ExitCode}: {result.Error}");
            Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
            Assert.Empty(Folder.Names());
        }
    }

    private static string UserOf(ConsumeResult<string?, string?> record)
    {
        using JsonDocument value = JsonDocument.Parse(record.Message.Value!);
        return value.RootElement.GetProperty("uuid").GetString()!;
    }

    private static long TimeOf(ConsumeResult<string?, string?> record)
    {
        using JsonDocument value = JsonDocument.Parse(record.Message.Value!);
        return long.Parse(value.RootElement.GetProperty("event_timestamp").GetString()!, CultureInfo.InvariantCulture);
    }
}
