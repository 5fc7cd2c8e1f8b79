using System.CommandLine;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;

namespace Sessionize.Cli.Commands;

/// <summary>A command that opens a table and tells something of it.</summary>
internal abstract class TableVerb : Command
{
    private readonly Argument<string> _table = new("TABLE") { Description = "The table: NAMESPACE.NAME in the warehouse, or the table's folder, a path with a slash or a URI." };
    private readonly TableOptions _options = new();

    protected TableVerb(string name, string description, params (string Word, TableFormat Value)[] formats)
        : base(name, description)
    {
        Format = OptionParsing.Choice("--format", "How it is written; text by default.", [("text", TableFormat.Text), ("json", TableFormat.Json), .. formats]);
        Arguments.Add(_table);
        _options.AddTo(this);
        Options.Add(Format);
        SetAction(RunAsync);
    }

    /// <summary>How it is written.</summary>
    protected Option<TableFormat> Format { get; }

    /// <summary>Tells.</summary>
    /// <returns>The exit code.</returns>
    protected abstract Task<int> RunAsync(IcebergSessionTable table, ParseResult parsed, CancellationToken cancellationToken);

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        IcebergSessionTable table;
        try
        {
            table = await IcebergSessionTable.OpenAsync(_options.Read(parsed, parsed.GetRequiredValue(_table)), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException mistake)
        {
            Talk.Say(mistake.Message);
            return ExitCodes.Usage;
        }

        await using (table)
        {
            return await RunAsync(table, parsed, cancellationToken).ConfigureAwait(false);
        }
    }
}
