using System.CommandLine;
using Sessionize.Iceberg;

namespace Sessionize.Cli.Options;

/// <summary>The options of a batch run into an Iceberg table, beside those that say where it is.</summary>
internal sealed class BatchTableOptions
{
    private const int ShareOfMemory = 4;

    private readonly Option<string> _table = OptionParsing.Text(
        "--table", "table", "Write into an Iceberg table, NAMESPACE.NAME or a table's folder, which is created if there is none; in place of -o.");

    private readonly Option<string> _runId = OptionParsing.Text(
        "--run-id", "id", "A name of this run: it commits once, however often it is started, while the table keeps its snapshot.");

    private readonly Option<bool> _overwriteDates = new("--overwrite-dates") { Description = "Replace all sessions of the dates that this run has, in one commit: for a backfill that is run again." };
    private readonly TableShapeOptions _shape = new();
    private readonly TableOptions _place = new();

    public void AddTo(Command command)
    {
        command.Options.Add(_table);
        _place.AddTo(command);
        _shape.AddTo(command);
        command.Options.Add(_runId);
        command.Options.Add(_overwriteDates);

        command.Validators.Add(result =>
        {
            if (result.GetResult(_table) is null && OfTable.FirstOrDefault(option => result.GetResult(option) is not null) is { } alone)
            {
                result.AddError($"{alone.Name}: it says how a table is written, and there is none: give --table NAMESPACE.NAME.");
            }
        });
    }

    /// <summary>Whether a table is written.</summary>
    public Option<string> Table => _table;

    /// <summary>Reads the options.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="machine">What the run may take; a part of it is for the rows that wait to be sorted.</param>
    /// <returns>The table; <see langword="null"/>, if none is written.</returns>
    public IcebergTableOptions? Read(ParseResult parsed, BatchOptions machine)
    {
        if (parsed.GetValue(_table) is not { } name)
        {
            return null;
        }

        IcebergTableOptions options = _place.Read(parsed, name);
        _shape.ApplyTo(options, parsed);
        options.RunId = parsed.GetValue(_runId);
        options.OverwriteDates = parsed.GetValue(_overwriteDates);
        options.Threads = machine.Threads;
        options.TempFolder = machine.TempFolder;
        if (machine.MemoryBytes is { } memory)
        {
            options.MemoryBytes = Math.Min(options.MemoryBytes, memory / ShareOfMemory);
        }

        return options;
    }

    private IEnumerable<Option> OfTable => [.. _shape.All, _runId, _overwriteDates];
}
