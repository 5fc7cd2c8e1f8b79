using System.CommandLine;
using Sessionize.Kafka;

namespace Sessionize.Cli.Options;

/// <summary>The options that say which topics of Kafka are read.</summary>
internal sealed class KafkaSourceOptions
{
    /// <summary>The topic, unless it is said.</summary>
    public const string DefaultTopic = "clickstream-events";

    private readonly KafkaConnectionOptions _connection = new();

    private readonly Option<string[]> _topics = new("--kafka-topic")
    {
        Description = $"The topic to read; {DefaultTopic} by default. Several topics that are keyed alike: repeat it.",
        HelpName = "topic",
    };

    private readonly Option<string> _pattern = OptionParsing.Text("--kafka-topic-pattern", "regex", "Reads all topics whose names match, in place of --kafka-topic.");
    private readonly Option<string> _group = OptionParsing.Text("--kafka-group", "group", "The consumer group whose members share the partitions; the pipeline's name by default.");

    private readonly Option<string> _start = OptionParsing.Text(
        "--kafka-start",
        "earliest|latest|time|offsets",
        "Where a pipeline without a commit begins: earliest by default; a time in ISO 8601 with offset; or offsets such as clicks/0=120,clicks/1=88.",
        text => KafkaStart.TryParse(text, out _) ? null : "is no start: give earliest, latest, a time such as 2024-05-06T12:00:00Z, or offsets such as clicks/0=120");

    private readonly Option<KafkaDataLoss?> _dataLoss = OptionParsing.Choice<KafkaDataLoss?>(
        "--on-data-loss", "What happens when records that come next are no longer in the topic; stop by default.",
        ("stop", KafkaDataLoss.Stop), ("continue", KafkaDataLoss.Continue));

    public void AddTo(Command command)
    {
        _connection.AddServersTo(command);
        foreach (Option option in (Option[])[_topics, _pattern, _group, _start, _dataLoss])
        {
            command.Options.Add(option);
        }

        _connection.AddPropertiesTo(command);
    }

    /// <summary>Sets what the command line and the environment say; everything else stays as it is.</summary>
    public void ApplyTo(KafkaOptions options, ParseResult parsed)
    {
        options.BootstrapServers = _connection.ServersOf(parsed) ?? options.BootstrapServers;
        if (parsed.GetValue(_pattern) is { } pattern)
        {
            (options.TopicPattern, options.Topic, options.Topics) = (pattern, null, []);
        }

        if (parsed.GetValue(_topics) is { Length: > 0 } topics)
        {
            (options.Topic, options.Topics) = (null, topics);
        }

        if (options is { Topic: null, Topics.Count: 0, TopicPattern: null })
        {
            options.Topic = DefaultTopic;
        }

        options.GroupId = parsed.GetValue(_group) ?? options.GroupId;
        options.OnDataLoss = parsed.GetValue(_dataLoss) ?? options.OnDataLoss;
        if (parsed.GetValue(_start) is { } start && KafkaStart.TryParse(start, out KafkaStart begin))
        {
            options.StartFrom = begin;
        }

        _connection.AddPropertiesOf(parsed, options.Properties);
    }
}
