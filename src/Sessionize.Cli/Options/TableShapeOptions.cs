using System.CommandLine;
using Sessionize.Iceberg;

namespace Sessionize.Cli.Options;

/// <summary>The options that say how a created table is laid out, and whether an existing one may get columns.</summary>
internal sealed class TableShapeOptions
{
    private readonly Option<string> _partitionBy = OptionParsing.Text(
        "--partition-by", "spec", "How a created table is partitioned: session_date,user_hash_bucket by default, or such as 'day(session_start_time),bucket(16,uuid)', or none.");

    private readonly Option<string> _sortBy = OptionParsing.Text(
        "--sort-by", "columns", "How rows are ordered in the files of a created table: uuid,session_start_time_ms by default, or none.");

    private readonly Option<bool> _evolveSchema = new("--evolve-schema") { Description = "Add the columns that an existing table lacks; otherwise they are left out." };

    public IReadOnlyList<Option> All => [_partitionBy, _sortBy, _evolveSchema];

    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Sets what the command line says; everything else stays as it is.</summary>
    public void ApplyTo(IcebergTableOptions options, ParseResult parsed)
    {
        options.PartitionBy = parsed.GetValue(_partitionBy) ?? options.PartitionBy;
        options.SortBy = parsed.GetValue(_sortBy) ?? options.SortBy;
        options.EvolveSchema = parsed.GetValue(_evolveSchema);
    }
}
