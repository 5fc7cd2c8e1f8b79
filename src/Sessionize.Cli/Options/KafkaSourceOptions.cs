using System.CommandLine;
using Sessionize.Cli.Output;
using Sessionize.Kafka;

namespace Sessionize.Cli.Options;

/// <summary>The options that say which topics of Kafka are read.</summary>
internal sealed class KafkaSourceOptions
{
    /// <summary>Names the brokers where <c>--kafka-servers</c> does not.</summary>
    public const string ServersVariable = "KAFKA_BOOTSTRAP_SERVERS";

    private const string DefaultTopic = "clickstream-events";

    private readonly Option<string> _servers = OptionParsing.Text(
        "--kafka-servers", "host:port,…", $"The brokers to connect to first. The variable {ServersVariable}, or localhost:9092, by default.");

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

    private readonly Option<string[]> _properties = new("--kafka-property")
    {
        Description = "A setting of librdkafka by its name, such as security.protocol=SASL_SSL; may be repeated.",
        HelpName = "name=value",
        AllowMultipleArgumentsPerToken = false,
    };

    public KafkaSourceOptions() => _properties.Validators.Add(result =>
    {
        foreach (string text in result.Tokens.Select(token => token.Value).Where(text => text.IndexOf('=', StringComparison.Ordinal) < 1))
        {
            // What stands there may be a secret.
            result.AddError($"--kafka-property: '{TerminalText.Safe(text, 12)}' has no name before an equals sign: write NAME=VALUE, such as security.protocol=SSL.");
        }
    });

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_servers, _topics, _pattern, _group, _start, _dataLoss, _properties])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether the brokers are named, on the command line or by the environment.</summary>
    public bool HasServers(ParseResult parsed) => (parsed.GetValue(_servers) ?? Environment.GetEnvironmentVariable(ServersVariable)) is { Length: > 0 };

    /// <summary>Sets what the command line and the environment say; everything else stays as it is.</summary>
    public void ApplyTo(KafkaOptions options, ParseResult parsed)
    {
        string? fromVariable = Environment.GetEnvironmentVariable(ServersVariable);
        options.BootstrapServers = parsed.GetValue(_servers) ?? (string.IsNullOrEmpty(fromVariable) ? options.BootstrapServers : fromVariable);
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

        foreach (string property in parsed.GetValue(_properties) ?? [])
        {
            int equals = property.IndexOf('=', StringComparison.Ordinal);
            options.Properties[property[..equals]] = property[(equals + 1)..];
        }
    }
}
