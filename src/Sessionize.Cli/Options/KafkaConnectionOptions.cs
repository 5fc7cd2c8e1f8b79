using System.CommandLine;
using System.CommandLine.Parsing;
using Sessionize.Cli.Output;

namespace Sessionize.Cli.Options;

/// <summary>The options that say how brokers are reached.</summary>
internal sealed class KafkaConnectionOptions
{
    /// <summary>Names the brokers where <c>--kafka-servers</c> does not.</summary>
    public const string ServersVariable = "KAFKA_BOOTSTRAP_SERVERS";

    private readonly Option<string> _servers;

    private readonly Option<string[]> _properties = new("--kafka-property")
    {
        Description = "A setting of librdkafka by its name, such as security.protocol=SASL_SSL; may be repeated.",
        HelpName = "name=value",
        AllowMultipleArgumentsPerToken = false,
    };

    /// <param name="name">The name of the option that names the brokers.</param>
    /// <param name="description">What it means.</param>
    public KafkaConnectionOptions(string name = "--kafka-servers", string? description = null)
    {
        _servers = OptionParsing.Text(
            name, "host:port,…", description ?? $"The brokers to connect to first. The variable {ServersVariable}, or localhost:9092, by default.");
        _properties.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value).Where(text => text.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                // What stands there may be a secret.
                result.AddError($"--kafka-property: '{TerminalText.Safe(text, 12)}' has no name before an equals sign: write NAME=VALUE, such as security.protocol=SSL.");
            }
        });
    }

    public void AddServersTo(Command command) => command.Options.Add(_servers);

    public void AddPropertiesTo(Command command) => command.Options.Add(_properties);

    /// <summary>Whether the command line names the brokers.</summary>
    public bool NamesServers(CommandResult result) => result.GetResult(_servers) is not null;

    /// <summary>Whether the command line has settings of librdkafka.</summary>
    public bool HasProperties(CommandResult result) => result.GetResult(_properties) is not null;

    /// <summary>The brokers that the command line names, or else the environment; <see langword="null"/> when neither does.</summary>
    public string? ServersOf(ParseResult parsed) =>
        parsed.GetValue(_servers) ?? (Environment.GetEnvironmentVariable(ServersVariable) is { Length: > 0 } fromVariable ? fromVariable : null);

    /// <summary>Adds the settings of librdkafka.</summary>
    public void AddPropertiesOf(ParseResult parsed, IDictionary<string, string> properties)
    {
        foreach (string property in parsed.GetValue(_properties) ?? [])
        {
            int equals = property.IndexOf('=', StringComparison.Ordinal);
            properties[property[..equals]] = property[(equals + 1)..];
        }
    }
}
