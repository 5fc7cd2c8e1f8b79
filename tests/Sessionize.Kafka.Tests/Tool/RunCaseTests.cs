using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Sessionize.Cli.Tests.Support;
using Sessionize.Iceberg;
using Sessionize.Kafka.Tests.Support;
using Sessionize.Tests.Cases;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary>The shared cases whose input is a topic, with the tool and a real Broker.</summary>
public sealed class RunCaseTests(KafkaBroker broker) : ToolOnBrokerTests(broker)
{
    [Fact]
    public async Task Case21_MessagesOfEveryKind_GiveOneSessionFiveLettersAndPosition12()
    {
        const string name = "21-topic-messages";
        string topic = await Broker.CreateTopicAsync(1);
        using (IProducer<byte[]?, byte[]?> producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = Broker.Servers, EnableIdempotence = true }).Build())
        {
            foreach (JsonElement message in Read(name, "messages"))
            {
                DeliveryResult<byte[]?, byte[]?> sent = await producer.ProduceAsync(new TopicPartition(topic, message.GetProperty("partition").GetInt32()), Message(message), Token);
                Assert.Equal(message.GetProperty("offset").GetInt64(), sent.Offset.Value);
            }
        }

        Run(topic);

        SharedCase shared = SharedCase.Named(name);
        IcebergTableOptions options = new() { Warehouse = Folder.File("warehouse"), Name = "sessions.user_sessions" };
        CaseRows.AssertEqual(shared.Sessions, CaseRows.Order(await SessionRows.ReadAsync(options, Token)));
        Assert.Equal(
            Expected(name, "bad").Select(bad => (0, bad.GetProperty("offset").GetInt64(), bad.GetProperty("reason").GetString())),
            Letters(topic));
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(options, cancellationToken: Token);
        IcebergPipelineInfo pipeline = Assert.Single((await table.DescribeAsync(cancellationToken: Token)).Pipelines);
        Assert.Equal(12, Assert.Single(Assert.Single(pipeline.Lanes).Positions).Next);
    }

    [Fact]
    public async Task Case22_EventsBehindTheWatermark_AreLateOrTakenInAsTheTraceSays()
    {
        const string name = "22-late-or-open";
        JsonElement[] steps = [.. Read(name, "steps").Where(step => step.TryGetProperty("value", out _))];
        string topic = await Broker.CreateTopicAsync(2);
        await Broker.ProduceAsync(topic, steps.Select(step => (step.GetProperty("partition").GetInt32(), (string?)null, (string?)step.GetProperty("value").GetRawText())));

        Run(topic, "--watermark-delay", "10m", "--late-events", "side-output");

        SharedCase shared = SharedCase.Named(name);
        IcebergTableOptions options = new() { Warehouse = Folder.File("warehouse"), Name = "sessions.user_sessions" };
        CaseRows.AssertEqual(shared.Sessions, CaseRows.Order(await SessionRows.ReadAsync(options, Token)));
        Assert.Equal(
            steps.Where(step => shared.Late.Contains(step.GetProperty("value").GetProperty("event_id").GetString()))
                .Select(step => (step.GetProperty("partition").GetInt32(), step.GetProperty("offset").GetInt64(), (string?)"Late")),
            Letters(topic));
    }

    private static Message<byte[]?, byte[]?> Message(JsonElement message)
    {
        Headers headers = [];
        foreach (JsonElement header in message.GetProperty("headers").EnumerateArray())
        {
            headers.Add(header[0].GetString(), header[1].GetString() is { } text ? Convert.FromBase64String(text) : null);
        }

        return new Message<byte[]?, byte[]?>
        {
            Key = message.GetProperty("key").GetString() is { } key ? Encoding.UTF8.GetBytes(key) : null,
            Value = message.GetProperty("value_base64").GetString() is { } value ? Convert.FromBase64String(value) : null,
            Timestamp = new Timestamp(message.GetProperty("timestamp").GetInt64(), TimestampType.CreateTime),
            Headers = headers,
        };
    }

    private static IEnumerable<JsonElement> Read(string name, string list)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Find($"cases/{name}.{list}.json")));
        return [.. document.RootElement.GetProperty(list).EnumerateArray().Select(element => element.Clone())];
    }

    private static IEnumerable<JsonElement> Expected(string name, string list)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Find($"cases/{name}.expected.json")));
        return [.. document.RootElement.GetProperty(list).EnumerateArray().Select(element => element.Clone())];
    }

    private void Run(string topic, params string[] more)
    {
        ToolResult result = ToolProcess.Run(
            Folder.Path,
            ["run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--pipeline", topic, "--partition-by", "none", "--trigger", "until-end", "--at-end", "close-all", .. more]);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private IEnumerable<(int Partition, long Position, string? Reason)> Letters(string pipeline) =>
        File.ReadAllLines(Folder.File($"warehouse/_sessionize/{pipeline}/dead-letters/{pipeline}.ndjson"))
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Select(letter => (PartitionOf(letter.GetProperty("partition")), letter.GetProperty("position").GetInt64(), letter.GetProperty("reason").GetString()))
            .Order();

    // TOPIC/ID/NUMBER.
    private static int PartitionOf(JsonElement partition) => int.Parse(partition.GetString()!.Split('/')[^1], CultureInfo.InvariantCulture);
}
