using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Cli.Commands;
using Sessionize.Cli.DeadLetters;
using Sessionize.Iceberg;
using Sessionize.Kafka;
using Sessionize.Kafka.Consuming;

namespace Sessionize.Cli.Options;

/// <summary>The options that say which dead letters are meant: a file, that of a pipeline, or a topic.</summary>
internal sealed class DeadLetterOptions
{
    private static readonly string[] s_reasons =
        [.. Enum.GetNames<BadEventReason>().Where(name => name != nameof(BadEventReason.None)), DeadLetter.LateReason];

    private readonly Argument<string?> _file = new("FILE")
    {
        Description = "The file of dead letters; by default that of the pipeline, WAREHOUSE/_sessionize/PIPELINE/dead-letters/PIPELINE.ndjson.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _warehouse = OptionParsing.Text(
        "--warehouse", "location", $"The warehouse of 'run'. The variable {TableOptions.WarehouseVariable}, or the folder 'warehouse', by default.");

    private readonly Option<string> _state = OptionParsing.Text("--state", "location", "The state of 'run', if it was given there: the dead letters lie beside it.");
    private readonly Option<string> _pipeline = OptionParsing.Text("--pipeline", "name", $"The pipeline of 'run'; {SessionizationDefinition.DefaultName} by default.");
    private readonly Option<string> _topic = OptionParsing.Text("--from-topic", "topic", "A topic to which dead letters are sent, in place of a file.");

    private readonly Option<string[]> _reasons = new("--reason")
    {
        Description = $"Only letters of this reason; may be repeated. {string.Join(", ", s_reasons)}.",
        HelpName = "reason",
        AllowMultipleArgumentsPerToken = false,
    };

    public DeadLetterOptions() => _reasons.Validators.Add(result =>
    {
        foreach (string text in result.Tokens.Select(token => token.Value).Where(text => !s_reasons.Contains(text, StringComparer.OrdinalIgnoreCase)))
        {
            result.AddError($"--reason: '{Output.TerminalText.Safe(text)}' is no reason: give {string.Join(", ", s_reasons.SkipLast(1))} or {s_reasons[^1]}.");
        }
    });

    public void AddTo(Command command)
    {
        command.Arguments.Add(_file);
        foreach (Option option in (Option[])[_warehouse, _pipeline, _state, _topic, _reasons])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool isOfPipeline = (result.GetResult(_warehouse) ?? result.GetResult(_state) ?? result.GetResult(_pipeline)) is not null;
            bool isFile = result.GetResult(_file) is { Tokens.Count: > 0 };
            bool isTopic = result.GetResult(_topic) is not null;
            if ((isOfPipeline ? 1 : 0) + (isFile ? 1 : 0) + (isTopic ? 1 : 0) > 1)
            {
                result.AddError("FILE, --from-topic and --pipeline with --warehouse and --state each say where the dead letters are: give one of the three.");
            }
        });
    }

    /// <summary>The topic that is named; <see langword="null"/>: they are in a file.</summary>
    public string? TopicOf(ParseResult parsed) => parsed.GetValue(_topic);

    /// <summary>The file that is meant.</summary>
    public string FileOf(ParseResult parsed)
    {
        if (parsed.GetValue(_file) is { } file)
        {
            return file;
        }

        SessionizationDefinition definition = new(parsed.GetValue(_pipeline) ?? SessionizationDefinition.DefaultName);
        definition.Options.State.Location = parsed.GetValue(_state);
        IcebergTableOptions table = new();
        table.Warehouse = parsed.GetValue(_warehouse)
            ?? (Environment.GetEnvironmentVariable(TableOptions.WarehouseVariable) is { Length: > 0 } fromVariable ? fromVariable : table.Warehouse);
        return PipelinePlaces.Of(definition, table).DeadLetters;
    }

    /// <summary>The letters that are asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="brokers">Where the topic is.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public IAsyncEnumerable<DeadLetter> ReadAsync(ParseResult parsed, KafkaOptions brokers, CancellationToken cancellationToken)
    {
        string[] reasons = parsed.GetValue(_reasons) ?? [];
        brokers.Topic = TopicOf(parsed);
        IAsyncEnumerable<DeadLetter> letters = brokers.Topic is null
            ? LetterFile.ReadAsync(FileOf(parsed), cancellationToken)
            : new DeadLetterTopic(brokers, TimeProvider.System, NullLogger.Instance).ReadAsync(cancellationToken);
        return reasons.Length == 0 ? letters : letters.Where(letter => reasons.Contains(letter.Reason, StringComparer.OrdinalIgnoreCase));
    }
}
