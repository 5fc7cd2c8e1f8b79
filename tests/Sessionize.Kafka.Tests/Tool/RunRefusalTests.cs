using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary>What <c>sessionize run</c> refuses: with the exit code that the pages say, and a last line that names what is wrong and the remedy. The remedy helps.</summary>
public sealed class RunRefusalTests(KafkaBroker broker, IceCheck java) : ToolOnBrokerTests(broker)
{
    private const int Partitions = 2;
    private const int Users = 10;

    // Two hours and a half of each user, and then some forty minutes: sessions end in the first part, and most go on in the second.
    private const int First = 1_500;
    private const int Second = 400;

    private const string ForeignRow =
        """{"uuid":"java","session_id":"java_1","session_start_time_ms":1704067200000,"session_start_time":"2024-01-01T00:00:00.000000Z","event_count":1,"session_date":"2024-01-01","user_hash_bucket":3}""";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    /// <summary>What happened to the topic since the last commit.</summary>
    public enum Loss
    {
        MadeAnew,
        RetentionOvertook,
    }

    /// <summary>What happened to table or state since the last commit.</summary>
    public enum Damage
    {
        TableRolledBack,
        StateDeleted,
        OtherFingerprint,
    }

    [Theory]
    [InlineData("SASL_PLAINTEXT", "PLAIN", "sasl.password=wrong", "refuses the login", "Correct sasl.username and sasl.password")]
    [InlineData("SASL_SSL", "SCRAM-SHA-512", "sasl.password=wrong", "refuses the login", "Correct sasl.username and sasl.password")]
    [InlineData("SSL", null, "ssl.ca.location=other.pem", "shows a certificate that is not trusted", "Set ssl.ca.location")]
    public void Start_LoginOrCertificateIsRefused_IsUnavailableWithinAMinute(string listener, string? mechanism, string wrong, string what, string remedy)
    {
        WriteAuthority(Folder.File("other.pem"));
        string[] properties = ["security.protocol=" + listener];
        if (listener.EndsWith("SSL", StringComparison.Ordinal))
        {
            properties = [.. properties, "ssl.ca.location=" + Broker.CaFile];
        }

        if (mechanism is not null)
        {
            properties = [.. properties, "sasl.mechanism=" + mechanism, "sasl.username=" + KafkaBroker.User, "sasl.password=" + KafkaBroker.Password];
        }

        long start = Stopwatch.GetTimestamp();
        ToolResult refused = ToolProcess.Run(
            Folder.Path, ["run", "--kafka-servers", Broker.ServersOf(listener), .. properties.Append(wrong).SelectMany(property => (string[])["--kafka-property", property])]);

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, s_limit);
        AssertRefused(Unavailable, refused, Broker.ServersOf(listener), what, remedy);
    }

    [Fact]
    public async Task Start_NoBrokerAnswers_IsUnavailableWithinAMinute()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        string[] places = [$"127.0.0.1:{ComponentScript.FreePort()}", silent.LocalEndpoint.ToString()!, "no-such-broker.invalid:9092"];

        long start = Stopwatch.GetTimestamp();
        ToolResult[] results = await Task.WhenAll(
            places.Select((place, index) => Task.Run(() => ToolProcess.Run(Folder.Path, "run", "--kafka-servers", place, "--pipeline", $"p{index}"), Token)));

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, s_limit);
        foreach ((string place, ToolResult refused) in places.Zip(results))
        {
            AssertRefused(Unavailable, refused, place, "Kafka:BootstrapServers");
        }
    }

    [Fact]
    public async Task Start_NoSuchTopic_NamesTheNearestAndWhatToDo()
    {
        string topic = await Broker.CreateTopicAsync(1, Broker.NewName("purchases"));
        string wrong = topic.Replace("purchases", "purchase", StringComparison.Ordinal);

        AssertRefused(Failed, Run(Failed, wrong), $"has no topic '{wrong}'", $"did you mean '{topic}'?", "Correct the name, create the topic, or set Kafka:CreateTopicsWithPartitions");
    }

    [Theory]
    [InlineData(Loss.MadeAnew, "The topic 'TOPIC' was deleted and made anew: the records of its partition")]
    [InlineData(Loss.RetentionOvertook, "The records 750 to 849 of TOPIC, partition 0, are no longer there")]
    public async Task GoOn_RecordsAreLost_FailsUntilThatIsAccepted(Loss loss, string what)
    {
        (int Partition, string? Key, string? Value)[] read = [.. Clicks.Spread(First, Users, Partitions)];
        (int Partition, string? Key, string? Value)[] next = [.. Clicks.Spread(Second, Users, Partitions, First)];
        string topic = await Broker.CreateTopicAsync(Partitions);
        await Broker.ProduceAsync(topic, read);
        Run(Done, topic);
        if (loss == Loss.MadeAnew)
        {
            await Broker.RecreateTopicAsync(topic, Partitions);
            await Broker.ProduceAsync(topic, next);
        }
        else
        {
            await Broker.ProduceAsync(topic, next);
            await Broker.Admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 850)]);
            next = [.. next.Except(next.Where(record => record.Partition == 0).Take(100))];
        }

        AssertRefused(
            Failed,
            Run(Failed, topic),
            what.Replace("TOPIC", topic, StringComparison.Ordinal),
            "Set Kafka:OnDataLoss to Continue (--on-data-loss continue)",
            "or give the pipeline another name for a fresh start");
        await CloseAndCompareAsync(topic, Clicks.EventsOf(read.Concat(next)), "--on-data-loss", "continue");
    }

    [Theory]
    [InlineData(Damage.TableRolledBack, "sessions.user_sessions was rolled back behind the snapshot", "/0 at 750", "Roll the table forward again, or accept the rollback (--accept-rollback)")]
    [InlineData(Damage.StateDeleted, "The state of lane ", "_sessionize/", "the file is missing", "Bring the file back, or rebuild the state from the records (RebuildState; --rebuild-state of the tool), or give the pipeline another name for a fresh start")]
    [InlineData(Damage.OtherFingerprint, "The state of lane ", "Visit end-on-page", "Go on with the rules that it was written with, or give the pipeline another name for a fresh start")]
    public async Task GoOn_TableOrStateIsNotAsItWas_FailsUntilItIsOrThatIsAccepted(Damage damage, params string[] says)
    {
        (int Partition, string? Key, string? Value)[] records = [.. Clicks.Spread(First + Second, Users, Partitions)];
        string topic = await Broker.CreateTopicAsync(Partitions);
        await Broker.ProduceAsync(topic, records[..First]);
        Run(Done, topic);
        long before = (await java.DescribeAsync(TableFolder)).GetProperty("snapshots").EnumerateArray().Last().GetProperty("snapshot_id").GetInt64();
        await Broker.ProduceAsync(topic, records[First..]);
        Run(Done, topic);
        string state = Folder.File($"warehouse/_sessionize/{topic}/state");
        switch (damage)
        {
            case Damage.TableRolledBack:
                await java.RollbackAsync(TableFolder, before);
                break;
            case Damage.StateDeleted:
                Directory.Move(state, Folder.File("backup"));
                break;
        }

        AssertRefused(Failed, Run(Failed, topic, damage == Damage.OtherFingerprint ? ["--end-on-page", "logout"] : []), says);

        if (damage == Damage.StateDeleted)
        {
            Assert.False(Directory.Exists(state));
            Directory.Move(Folder.File("backup"), state);
        }

        await CloseAndCompareAsync(topic, Clicks.EventsOf(records), damage == Damage.TableRolledBack ? ["--accept-rollback"] : []);
    }

    [Fact]
    public async Task GoOn_TheTableHasForgottenThePositions_IsNoFreshStart()
    {
        string topic = await Broker.CreateTopicAsync(1);
        await Broker.ProduceAsync(topic, Clicks.Spread(10, 10, 1));
        Run(Done, topic);

        // The tag keeps the snapshot that has them from being expired.
        string metadata = Directory.GetFiles(Path.Combine(TableFolder, "metadata"), "v*.metadata.json").MaxBy(file => (file.Length, file))!;
        JsonNode table = JsonNode.Parse(File.ReadAllText(metadata))!;
        Assert.True(table["refs"]!.AsObject().Remove($"sessionize-{topic}"));
        File.WriteAllText(metadata, table.ToJsonString());
        await java.AppendAsync(TableFolder, ForeignRow);
        await java.ExpireAsync(TableFolder, retainLast: 1);

        AssertRefused(Failed, Run(Failed, topic), $"The pipeline '{topic}' has committed to sessions.user_sessions", $"the tag 'sessionize-{topic}'", "accept the rollback (--accept-rollback)");
        Assert.Equal(1, await java.CountAsync(TableFolder));
    }

    [Fact]
    public async Task Start_StateOfAnotherPipeline_NamesBoth()
    {
        string topic = await Broker.CreateTopicAsync(1);
        await Broker.ProduceAsync(topic, Clicks.Spread(10, 10, 1));
        Run(Done, topic);

        ToolResult refused = ToolProcess.Run(
            Folder.Path,
            "run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--pipeline", "other", "--state", $"warehouse/_sessionize/{topic}/state", "--trigger", "until-end");

        AssertRefused(Failed, refused, $"holds the state of the pipeline '{topic}', not of 'other'", "Give each pipeline a place of its own");
    }

    private static void AssertRefused(int exitCode, ToolResult result, params string[] says)
    {
        result.AssertCivil();
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode} in place of {exitCode}: {result.Error}");
        string last = result.Error.TrimEnd().Split('\n')[^1];
        Assert.All(says, words => Assert.Contains(words, last, StringComparison.Ordinal));
    }

    /// <summary>The certificate of an authority that signed nothing.</summary>
    private static void WriteAuthority(string file)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=another authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using X509Certificate2 authority = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllText(file, authority.ExportCertificatePem());
    }
}
