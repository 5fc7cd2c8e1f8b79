using System.CommandLine;
using Sessionize.Cli.Input;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;
using Sessionize.Sinks;

namespace Sessionize.Cli.Commands;

/// <summary><c>sessionize batch</c>: files in, sessions out.</summary>
internal sealed class BatchCommand : Command
{
    private readonly Argument<string[]> _inputs = new("INPUT")
    {
        Description = "Files with one JSON event a line, plain, gzip or zstd, or Parquet files; patterns such as 'logs/**/*.gz'; - for standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _output = OptionParsing.Text(
        "-o", "file", "Where the sessions go; - or none: standard output.");

    private readonly Option<OutputFormat?> _format = OptionParsing.Choice<OutputFormat?>(
        "--format", "How sessions are written. Otherwise the ending of the output says it, and standard output gets ndjson.",
        ("ndjson", OutputFormat.Ndjson), ("csv", OutputFormat.Csv), ("parquet", OutputFormat.Parquet));

    private readonly BatchTableOptions _table = new();
    private readonly RuleOptions _rules = new();
    private readonly ResourceOptions _resources = new();

    private readonly Option<string> _badEvents = OptionParsing.Text(
        "--bad-events", "file", "Where bad events go, if there are any: OUT.bad.ndjson by default, or sessionize.bad.ndjson.", FindCompression);

    private readonly Option<long?> _endTime = OptionParsing.EndTime();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read and summarise; write nothing." };
    private readonly Option<bool> _strict = new("--strict") { Description = "End with exit code 3 when there are bad events." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace an output, or a named file of bad events, that exists." };

    private readonly Option<SummaryFormat> _summaryFormat = OptionParsing.Choice(
        "--output", "How the summary is written; text by default.", ("text", SummaryFormat.Text), ("json", SummaryFormat.Json));

    public BatchCommand()
        : base("batch", "Turns files of events into a file or an Iceberg table of sessions.")
    {
        Arguments.Add(_inputs);
        Options.Add(_output);
        Options.Add(_format);
        _table.AddTo(this);
        _rules.AddTo(this);
        _resources.AddTo(this);
        foreach (Option option in (Option[])[_badEvents, _endTime, _dryRun, _strict, _overwrite, _summaryFormat])
        {
            Options.Add(option);
        }

        _inputs.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                if (text.Length == 0)
                {
                    result.AddError("INPUT: '' is empty: name a file, a pattern such as 'data/*.ndjson', or - for standard input.");
                }
                else if (text[0] == '-' && text != "-")
                {
                    result.AddError($"'{TerminalText.Safe(text)}' is no option of this command; a file of that name is given as './{TerminalText.Safe(text)}'.");
                }
            }
        });
        _output.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var name }] && FindCompression(name) is { } mistake)
            {
                result.AddError($"-o: '{TerminalText.Safe(name)}' {mistake}.");
            }
            else if (result.GetResult(_table.Table) is not null)
            {
                result.AddError("-o: the sessions go into a table, because of --table: leave one of the two out.");
            }
            else if (result.GetResult(_format) is null && result.Tokens is [{ Value: var text }] && OutputFile(text) is { } output && SessionOutput.FormatOf(output) is null)
            {
                result.AddError($"-o: '{TerminalText.Safe(output)}' does not end in .ndjson, .jsonl, .csv or .parquet: give --format, such as --format ndjson.");
            }
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        foreach (string reading in _rules.DescribeBareNumbers(parsed))
        {
            Talk.Say(reading);
        }

        string[] inputs = parsed.GetRequiredValue(_inputs);
        string? output = OutputFile(parsed.GetValue(_output));
        string badEvents = parsed.GetValue(_badEvents) ?? (output is null ? "sessionize.bad.ndjson" : output + ".bad.ndjson");
        bool isDryRun = parsed.GetValue(_dryRun);
        BatchOptions machine = _resources.Read(parsed);
        IcebergTableOptions? table = _table.Read(parsed, machine);
        if (table is not null && await TableRun.FindMistakeAsync(table).ConfigureAwait(false) is { } mistake)
        {
            Talk.Say(mistake);
            return ExitCodes.Usage;
        }

        if (table is { RunId: not null } && !isDryRun && await IcebergSessionSink.HasRunAsync(table, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            Talk.Say(TableRun.AlreadyThere(table));
            return ExitCodes.Done;
        }

        OutputFormat format = parsed.GetValue(_format) ?? (output is null ? null : SessionOutput.FormatOf(output)) ?? OutputFormat.Ndjson;
        if (format == OutputFormat.Parquet && output is null && table is null && !isDryRun && !Console.IsOutputRedirected)
        {
            Talk.Say("--format: parquet is no text for a terminal: name a file with -o, or redirect the output.");
            return ExitCodes.Usage;
        }

        EventInput? input = null;
        IcebergSessionSink? tableSink = null;
        SessionizationDefinition definition = new() { Options = _rules.Read(parsed) };
        definition.Options.Ids ??= table is null ? SessionIds.Ordinal : SessionIds.StartTime;
        definition.Source = context => (input = EventInput.Of(inputs, context)).Source;
        definition.Sink = _ =>
        {
            OutputPlaces.Check(input!.Paths(), output, badEvents, parsed.GetValue(_overwrite));
            if (parsed.GetResult(_badEvents) is not null)
            {
                OutputPlaces.CheckFree(badEvents, parsed.GetValue(_overwrite));
            }

            return isDryRun ? SessionOutput.ToStream(Stream.Null, format)
                : table is not null ? tableSink = new IcebergSessionSink(table)
                : output is null ? SessionOutput.ToStream(StandardOutput.Open(), format)
                : SessionOutput.ToFile(output, format, parsed.GetValue(_overwrite));
        };
        definition.DeadLetters = _ => isDryRun ? new NoDeadLetterSink() : NdjsonDeadLetterSink.ForBatch(badEvents);

        SessionizationSummary summary = await ProgressDisplay.RunAsync(
            () => input?.Share(),
            progress => new BatchSessionizer(definition, options: machine).RunAsync(parsed.GetValue(_endTime), progress, cancellationToken)).ConfigureAwait(false);

        if (tableSink is { WasCommittedBefore: true })
        {
            Talk.Say(TableRun.AlreadyThere(table!));
            return ExitCodes.Done;
        }

        BatchReport report = new(summary, isDryRun ? null : table?.Name ?? output ?? "-", isDryRun || summary.BadEvents.Count == 0 ? null : badEvents);
        string text = parsed.GetValue(_summaryFormat) == SummaryFormat.Json ? report.ToJson() : report.ToText();
        if (output is null && table is null && !isDryRun)
        {
            Talk.Say(text);
        }
        else
        {
            await StandardOutput.WriteLineAsync(text).ConfigureAwait(false);
        }

        return parsed.GetValue(_strict) && summary.BadEvents.Count > 0 ? ExitCodes.DoneWithBadEvents : ExitCodes.Done;
    }

    private static string? FindCompression(string path) => Path.GetExtension(path).ToUpperInvariant() is ".GZ" or ".ZST"
        ? "names a compressed file, and this command writes plain text: leave that ending out, and compress the file afterwards"
        : null;

    private static string? OutputFile(string? output) => output is "-" ? null : output;
}
