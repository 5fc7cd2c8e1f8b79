using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary><c>sessionize dead-letters</c> as a process, over files and topics of a real Broker.</summary>
public sealed class DeadLettersCommandTests(KafkaBroker broker) : ToolOnBrokerTests(broker)
{
    [Fact]
    public async Task Run_SetsAside_ListShowsAndReplaySends()
    {
        string[] bad = ["GET / HTTP/1.1", """{"uuid":"u1","page_name":"home"}""", "\"half\\ud800\""];
        string topic = await Broker.CreateTopicAsync(1);
        await Broker.ProduceAsync(topic, bad.Select(line => (0, (string?)null, (string?)line)));
        ToolResult run = ToolProcess.Run(Folder.Path, "run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--trigger", "until-end", "--pipeline", "p");
        Assert.True(run.ExitCode == Done, run.Error);

        ToolResult text = ToolProcess.Run(Folder.Path, "dead-letters", "list", "--pipeline", "p", "--format", "text").AssertCivil();
        Assert.Equal((Done, ""), (text.ExitCode, text.Error));
        Assert.Contains("3 dead letters", text.Output, StringComparison.Ordinal);
        Assert.Contains(text.OutputLines, line => line.StartsWith("MissingTimestamp", StringComparison.Ordinal) && line.Contains("/0:1", StringComparison.Ordinal));
        Assert.Contains("GET / HTTP/1.1", text.Output, StringComparison.Ordinal);

        // In a pipe: the lines of the file.
        ToolResult lines = ToolProcess.Run(Folder.Path, "dead-letters", "list", "--warehouse", "warehouse", "--pipeline", "p").AssertCivil();
        Assert.Equal(File.ReadAllText(Folder.File("warehouse/_sessionize/p/dead-letters/p.ndjson")), lines.Output);
        ToolResult one = ToolProcess.Run(Folder.Path, "dead-letters", "list", "--pipeline", "p", "--reason", "missingtimestamp", "--reason", "Late").AssertCivil();
        Assert.Contains("MissingTimestamp", Assert.Single(one.OutputLines), StringComparison.Ordinal);

        string target = Broker.NewName("again");
        ToolResult replay = Replay(target, "--pipeline", "p", "--partitions", "2");
        Assert.True(replay.ExitCode == Done, replay.Error);
        IReadOnlyList<ConsumeResult<string?, string?>> records = TopicContent.Read(Broker.Servers, target);
        Assert.Equal(bad.Order(StringComparer.Ordinal), records.Select(record => record.Message.Value!).Order(StringComparer.Ordinal));
        Assert.Equal("u1", Assert.Single(records, record => record.Message.Key is not null).Message.Key);
    }

    [Fact]
    public async Task Replay_RunAgainByReasonAndWithout_SendsEachRecordOnce()
    {
        string file = WriteLetters(2500, index => index % 3 == 0 ? "Late" : "BadTimestamp");
        string target = await Broker.CreateTopicAsync(3, Broker.NewName("again"));

        Assert.Contains("834 records sent", Replay(target, file, "--reason", "Late").Error, StringComparison.Ordinal);
        Assert.Contains("1,666 records sent", Replay(target, file).Error, StringComparison.Ordinal);
        ToolResult third = Replay(target, file);
        Assert.Contains($"0 records sent to '{target}'; 2,500 had been sent before", third.Error, StringComparison.Ordinal);
        AssertSentOnce(target, 2500);

        // What comes to the file later is sent, and only that; another topic is another replay.
        File.AppendAllText(file, LetterOf(2500, "Late") + "\n" + LetterOf(0, "Late") + "\n" + "{\"source\":\"unfin");
        Assert.Contains("1 record sent", Replay(target, file).Error, StringComparison.Ordinal);
        AssertSentOnce(target, 2501);
        string other = await Broker.CreateTopicAsync(1, Broker.NewName("other"));
        Assert.Contains("2,501 records sent", Replay(other, file).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replay_EndedBetweenTransactionAndNote_FindsOutWhetherItWasCommitted(bool wasCommitted)
    {
        string file = WriteLetters(1500, _ => "Late");
        string target = await Broker.CreateTopicAsync(2, Broker.NewName("again"));
        Assert.Equal(Done, Replay(target, file).ExitCode);
        string journal = $"{file}.replayed";
        string[] notes = File.ReadAllLines(journal);
        Assert.Equal(5, notes.Length);
        if (wasCommitted)
        {
            // As after a kill behind the commit: the last note is missing, or only a part of it is there.
            File.WriteAllText(journal, string.Join('\n', notes[..^1]) + "\n{\"se");
        }
        else
        {
            // As after a kill before the commit: the topic ends where it did before, and nothing follows.
            target = await Broker.CreateTopicAsync(2, Broker.NewName("again"));
            File.WriteAllText(journal, string.Join('\n', notes[..2]).Replace(NameOf(notes[1]), target, StringComparison.Ordinal).Replace(IdOf(notes[1]), await TopicIdAsync(target), StringComparison.Ordinal) + "\n");
        }

        ToolResult again = Replay(target, file);
        Assert.True(again.ExitCode == Done, again.Error);
        Assert.Contains(wasCommitted ? "0 records sent" : "1,500 records sent", again.Error, StringComparison.Ordinal);
        AssertSentOnce(target, 1500);
        Assert.Contains(File.ReadAllLines(journal), line => line == (wasCommitted ? "{\"sent\":true}" : "{\"sent\":false}"));
    }

    [Fact]
    public async Task Replay_KilledAgainAndAgain_SendsEachRecordOnce()
    {
        const int Letters = 12_000;
        string file = WriteLetters(Letters, _ => "Late");
        string target = await Broker.CreateTopicAsync(2, Broker.NewName("again"));
        int kills = 0;
        for (int round = 0; round < 8; round++)
        {
            using Process process = ToolProcess.Start(Folder.Path, "dead-letters", "replay", file, "--kafka-servers", Broker.Servers, "--kafka-topic", target);
            long begun = Length($"{file}.replayed");
            while (!process.HasExited && Length($"{file}.replayed") < begun + 1000)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), Token);
            }

            // At another moment each time: before, in and after a transaction.
            await Task.Delay(TimeSpan.FromMilliseconds(7 * round), Token);
            kills += process.HasExited ? 0 : 1;
            process.Kill();
            ToolProcess.Finish(process, standardInput: null);
        }

        Assert.True(kills > 3, $"Only {kills} of the processes were killed before their end.");
        ToolResult last = Replay(target, file);
        Assert.True(last.ExitCode == Done, last.Error);
        AssertSentOnce(target, Letters);
    }

    [Fact]
    public async Task Topic_OfDeadLetters_IsListedAndReplayed()
    {
        string letters = await Broker.CreateTopicAsync(2, Broker.NewName("letters"));
        string target = await Broker.CreateTopicAsync(1, Broker.NewName("again"));
        await using (KafkaDeadLetterSink sink = new(new KafkaTopicOptions { BootstrapServers = Broker.Servers, Topic = letters }))
        {
            DeadLetter[] sent = [.. Enumerable.Range(0, 300).Select(index => new DeadLetter(
                "clicks/x/0", index, null, index == 7 ? "LineTooLong" : "Late", Encoding.UTF8.GetBytes($"raw {index}"), RawTruncated: index == 7))];
            await sink.WriteAsync([.. sent, sent[5]], Token);
            await sink.FlushAsync(Token);
        }

        string[] source = ["--kafka-servers", Broker.Servers, "--from-topic", letters];
        ToolResult list = ToolProcess.Run(Folder.Path, ["dead-letters", "list", .. source, "--format", "text"]).AssertCivil();
        Assert.Contains("300 dead letters", list.Output, StringComparison.Ordinal);
        Assert.Contains("clicks/x/0:299", list.Output, StringComparison.Ordinal);
        for (int run = 0; run < 2; run++)
        {
            ToolResult replay = ToolProcess.Run(Folder.Path, ["dead-letters", "replay", .. source, "--kafka-topic", target]).AssertCivil();
            Assert.True(replay.ExitCode == DoneWithBadEvents, replay.Error);
            Assert.Contains("1 cannot be sent", replay.Error, StringComparison.Ordinal);
        }

        Assert.Equal(299, TopicContent.Read(Broker.Servers, target).Select(record => record.Message.Value).Distinct().Count());
        Assert.Equal(299, TopicContent.Read(Broker.Servers, target).Count);
        Assert.Equal(["dead-letters"], Folder.Names());
    }

    [Fact]
    public void Replay_OfBytesThatAreNoText_SendsTheBytes()
    {
        byte[] raw = [0xFF, 0x00, 0x0A, 0xC3];
        string file = Folder.File("letters.ndjson");
        File.WriteAllText(file, JsonSerializer.Serialize(new { source = "t/i/0", partition = "t/i/0", position = 4, byte_offset = (long?)null, reason = "InvalidUtf8", raw = Convert.ToBase64String(raw), raw_encoding = "base64", raw_truncated = false }) + "\n");
        string target = Broker.NewName("again");
        Assert.Equal(Done, Replay(target, file, "--partitions", "1").ExitCode);
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = Broker.Servers, GroupId = target }).Build();
        consumer.Assign(new TopicPartitionOffset(target, 0, Offset.Beginning));
        Assert.Equal(raw, consumer.Consume(TimeLimit.Of()).Message.Value);
    }

    [Fact]
    public void Mistakes_EachIsASentenceWithTheExitCodeOfItsKind()
    {
        string file = WriteLetters(3, _ => "Late");
        File.WriteAllText(Folder.File("foreign.ndjson"), "{\"uuid\":\"u1\"}\n");
        foreach ((int exitCode, string sentence, string[] words) in ((int, string, string[])[])
            [
                (Failed, "There is no file of dead letters", ["list"]),
                (Failed, "no file of dead letters", ["replay", "nope.ndjson", "--kafka-topic", "t"]),
                (Failed, "Line 1 of 'foreign.ndjson' is no dead letter", ["list", "foreign.ndjson"]),
                (Failed, "is no journal", ["replay", file, "--kafka-topic", "t", "--journal", "foreign.ndjson"]),
                (Failed, "no topic 'nope'", ["replay", file, "--kafka-servers", Broker.Servers, "--kafka-topic", "nope"]),
                (Usage, "--kafka-topic is not given", ["replay", file]),
                (Usage, "'Early' is no reason", ["list", file, "--reason", "Early"]),
                (Usage, "give one of the three", ["list", file, "--from-topic", "t"]),
                (Usage, "topic of the dead letters themselves", ["replay", "--from-topic", "t", "--kafka-topic", "t"]),
                (Usage, "group.id cannot be set", ["replay", file, "--kafka-topic", "t", "--kafka-property", "group.id=x"]),
            ])
        {
            ToolResult result = ToolProcess.Run(Folder.Path, ["dead-letters", .. words]).AssertCivil();
            Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', words)}: {result.ExitCode}: {result.Error}");
            Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        }
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private static string NameOf(string note) => Member(note, "topic");

    private static string IdOf(string note) => Member(note, "topic_id");

    private static string Member(string note, string name)
    {
        using JsonDocument json = JsonDocument.Parse(note);
        return json.RootElement.GetProperty(name).GetString()!;
    }

    private async Task<string> TopicIdAsync(string topic)
    {
        using KafkaCluster cluster = new(Broker.Servers, [], TimeProvider.System, NullLogger.Instance);
        return (await cluster.DescribeAsync([topic], Token))[0].Id;
    }

    private ToolResult Replay(string target, params string[] arguments) =>
        ToolProcess.Run(Folder.Path, ["dead-letters", "replay", .. arguments, "--kafka-servers", Broker.Servers, "--kafka-topic", target]).AssertCivil();

    private void AssertSentOnce(string target, int letters)
    {
        IReadOnlyList<ConsumeResult<string?, string?>> records = TopicContent.Read(Broker.Servers, target);
        Assert.Equal(
            Enumerable.Range(0, letters).Select(RawOf).Order(StringComparer.Ordinal),
            records.Select(record => record.Message.Value!).Order(StringComparer.Ordinal));
        Assert.All(records, record => Assert.Contains($"\"{record.Message.Key}\"", record.Message.Value, StringComparison.Ordinal));
    }

    private string WriteLetters(int count, Func<int, string> reason)
    {
        File.WriteAllLines(Folder.File("letters.ndjson"), Enumerable.Range(0, count).Select(index => LetterOf(index, reason(index))));
        return Folder.File("letters.ndjson");
    }

    private static string LetterOf(int index, string reason) => JsonSerializer.Serialize(
        new { source = "t/i/0", partition = "t/i/0", position = index, byte_offset = (long?)null, reason, raw = RawOf(index), raw_encoding = "utf-8", raw_truncated = false });

    private static string RawOf(int index) => string.Create(CultureInfo.InvariantCulture, $$"""{"uuid":"user-{{index % 50}}","event_timestamp":"{{1_700_000_000_000 + index}}","page_name":"ü"}""");
}
