using System.CommandLine;
using System.CommandLine.Parsing;
using Sessionize.Cli.Output;
using Sessionize.Kafka;
using Sessionize.Kafka.Cluster;

namespace Sessionize.Cli.Options;

/// <summary>The options that say to which topic records are sent.</summary>
internal sealed class TopicTargetOptions
{
    private const int MostPartitions = 10_000;

    private readonly KafkaConnectionOptions _connection = new();
    private readonly Option<string> _topic;

    private readonly Option<long?> _partitions = OptionParsing.Number(
        "--partitions", 1, MostPartitions, "12", "Create the topic, if it is missing, with this number of partitions; otherwise a missing topic is an error.");

    /// <param name="name">The name of the option that names the topic.</param>
    /// <param name="description">What it means.</param>
    public TopicTargetOptions(string name, string description)
    {
        _topic = OptionParsing.Text(
            name, "topic", description, text => KnownTopic.IsName(text) ? null : "is no name of a topic: give 1 to 249 ASCII letters, digits, '.', '_' and '-'");
    }

    public void AddTo(Command command)
    {
        _connection.AddServersTo(command);
        command.Options.Add(_topic);
        command.Options.Add(_partitions);
        _connection.AddPropertiesTo(command);
        command.Validators.Add(result =>
        {
            if (!IsNamed(result) && (result.GetResult(_partitions) is not null || _connection.HasProperties(result)))
            {
                result.AddError($"{_topic.Name} is not given, and --partitions and --kafka-property are about it: name the topic.");
            }
        });
    }

    /// <summary>Whether the command line names brokers or a topic.</summary>
    public bool IsNamed(CommandResult result) => result.GetResult(_topic) is not null || _connection.NamesServers(result);

    /// <summary>Whether the command line names the topic.</summary>
    public bool HasTopic(CommandResult result) => result.GetResult(_topic) is not null;

    /// <summary>Reads the options; <see langword="null"/>, and a sentence for each mistake, where a setting cannot be used.</summary>
    public KafkaTopicOptions? Read(ParseResult parsed)
    {
        KafkaTopicOptions options = new() { Topic = parsed.GetValue(_topic) ?? KafkaSourceOptions.DefaultTopic };
        options.BootstrapServers = _connection.ServersOf(parsed) ?? options.BootstrapServers;
        options.CreateTopicWithPartitions = (int?)parsed.GetValue(_partitions);
        _connection.AddPropertiesOf(parsed, options.Properties);
        string[] mistakes = [.. KafkaOptionsCheck.FindMistakes(options.ToProbe())];
        foreach (string mistake in mistakes)
        {
            Talk.Say(mistake);
        }

        return mistakes.Length == 0 ? options : null;
    }
}
