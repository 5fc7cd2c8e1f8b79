using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sessionize.Kafka.Cluster;
using Xunit;

namespace Sessionize.Kafka.Tests;

public sealed class KafkaOptionsTests
{
    [Fact]
    public void FromKafka_Configuration_SetsEveryOptionAndTheCodeWins()
    {
        KafkaOptions? seen = null;
        Make(
            new()
            {
                ["Kafka:BootstrapServers"] = "one:9092,two:9092",
                ["Kafka:Topics:0"] = "clicks",
                ["Kafka:Topics:1"] = "taps",
                ["Kafka:GroupId"] = "mine",
                ["Kafka:StartFrom"] = "latest",
                ["Kafka:OnDataLoss"] = "continue",
                ["Kafka:UsersSpanPartitions"] = "true",
                ["Kafka:StartTimeout"] = "00:00:05",
                ["Kafka:CreateTopicsWithPartitions"] = "12",
                ["Kafka:BufferBytes"] = "1000",
                ["Kafka:Properties:security.protocol"] = "SASL_SSL",
            },
            kafka =>
            {
                seen = kafka;
                kafka.GroupId = "of the code";
            });

        Assert.NotNull(seen);
        Assert.Equal("one:9092,two:9092", seen.BootstrapServers);
        Assert.Equal(["clicks", "taps"], seen.TopicNames);
        Assert.Equal("of the code", seen.GroupId);
        Assert.Same(KafkaStart.Latest, seen.StartFrom);
        Assert.Equal(KafkaDataLoss.Continue, seen.OnDataLoss);
        Assert.True(seen.UsersSpanPartitions);
        Assert.Equal(TimeSpan.FromSeconds(5), seen.StartTimeout);
        Assert.Equal(12, seen.CreateTopicsWithPartitions);
        Assert.Equal(1000, seen.BufferBytes);
        Assert.Equal("SASL_SSL", seen.Properties["security.protocol"]);
    }

    [Theory]
    [InlineData("Kafka:Topic", "", "Kafka has the topic ''")]
    [InlineData("Kafka:Topic", "two words", "Kafka has the topic 'two words'")]
    [InlineData("Kafka:Tropic", "clicks", "Tropic is no setting")]
    [InlineData("Kafka:StartFrom", "somewhere", "StartFrom is 'somewhere': give earliest, latest")]
    [InlineData("Kafka:OnDataLoss", "1", "OnDataLoss is '1': give one of Stop, Continue")]
    [InlineData("Kafka:UsersSpanPartitions", "yes", "UsersSpanPartitions is 'yes': give true or false")]
    [InlineData("Kafka:StartTimeout", "30", "StartTimeout is '30': give a time")]
    [InlineData("Kafka:StartTimeout", "00:00:00", "StartTimeout is 00:00:00: give a time above zero")]
    [InlineData("Kafka:CreateTopicsWithPartitions", "0", "give at least 1")]
    [InlineData("Kafka:BufferBytes", "0", "give a size above zero")]
    [InlineData("Kafka:BootstrapServers", " ", "BootstrapServers is empty")]
    [InlineData("Kafka:TopicPattern", "clicks.*", "both named topics and a pattern")]
    [InlineData("Kafka:Properties:group.id", "x", "Kafka:Properties:group.id cannot be set: set Kafka:GroupId instead")]
    [InlineData("Kafka:Properties:enable.auto.commit", "true", "cannot be set")]
    [InlineData("Kafka:Properties:auto.offset.reset", "earliest", "set Kafka:StartFrom and Kafka:OnDataLoss instead")]
    [InlineData("Kafka:Properties:group.instance.id", "x", "cannot be set")]
    [InlineData("Kafka:Properties:partition.assignment.strategy", "range", "follows from the number of topics")]
    public void FromKafka_Mistake_IsToldWhenThePipelineIsMade(string key, string value, string expected)
    {
        SessionizationConfigurationException failure = Assert.Throws<SessionizationConfigurationException>(
            () => Make(new() { ["Kafka:Topics:0"] = "clicks", [key] = value }, null));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromKafka_NoTopic_IsAMistake() =>
        Assert.Contains("Kafka has no topic", Assert.Throws<SessionizationConfigurationException>(() => Make([], null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("clicks(", false)]
    [InlineData("clicks-.*", true)]
    public void FindMistakes_Pattern_HasToBeARegularExpression(string pattern, bool isRight) =>
        Assert.Equal(isRight, !KafkaOptionsCheck.FindMistakes(new KafkaOptions { TopicPattern = pattern }).Any());

    [Fact]
    public void ForConsumer_Defaults_AreOursAndTheUsersWin()
    {
        KafkaOptions options = new() { Topic = "clicks" };
        options.Properties["fetch.queue.backoff.ms"] = "3";
        Dictionary<string, string> settings = ClientSettings.ForConsumer(options, "group", consumerProtocol: true);

        Assert.Equal("3", settings["fetch.queue.backoff.ms"]);
        Assert.Equal("read_committed", settings["isolation.level"]);
        Assert.Equal("error", settings["auto.offset.reset"]);
        Assert.Equal("consumer", settings["group.protocol"]);
        Assert.DoesNotContain("partition.assignment.strategy", settings.Keys);
        Assert.Equal("cooperative-sticky", ClientSettings.ForConsumer(options, "group", consumerProtocol: false)["partition.assignment.strategy"]);
    }

    [Fact]
    public void WantsConsumerProtocol_SettingOfTheClassicOneOrSeveralTopics_IsClassic()
    {
        KafkaOptions classic = new() { Topic = "clicks" };
        classic.Properties["session.timeout.ms"] = "6000";
        KafkaOptions several = new() { Topics = ["clicks", "taps"] };

        Assert.True(ClientSettings.WantsConsumerProtocol(new KafkaOptions { Topic = "clicks" }));
        Assert.False(ClientSettings.WantsConsumerProtocol(classic));
        Assert.False(ClientSettings.WantsConsumerProtocol(several));
        Assert.Equal("range", ClientSettings.ForConsumer(several, "group", consumerProtocol: false)["partition.assignment.strategy"]);
        several.Properties["group.protocol"] = "consumer";
        Assert.Equal("range", ClientSettings.ForConsumer(several, "group", consumerProtocol: true)["group.remote.assignor"]);
    }

    [Fact]
    public void PartitionName_Text_IsReadAgain()
    {
        PartitionName name = new("my.clicks_1", "a-b_c", 7);

        Assert.True(PartitionName.TryParse(name.ToString(), out PartitionName again));
        Assert.Equal(("my.clicks_1/a-b_c/7", name), (name.ToString(), again));
        Assert.False(PartitionName.TryParse("clicks/7", out _));
        Assert.False(PartitionName.TryParse("clicks/id/-1", out _));
    }

    private static void Make(Dictionary<string, string?> settings, Action<KafkaOptions>? configure)
    {
        ServiceCollection services = new();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => $"Sessionization:clicks:{setting.Key}", setting => setting.Value)).Build());
        services.AddSessionization("clicks", sessions => sessions.FromKafka(configure));
        using ServiceProvider provider = services.BuildServiceProvider();
        _ = provider.GetRequiredKeyedService<SessionizationPipeline>("clicks");
    }
}
