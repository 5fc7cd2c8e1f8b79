// Writes a million sessions that are in memory into Iceberg tables, or commits to a table with a long history; prints what each time took.
using System.Globalization;
using TableWriter;

switch (args)
{
    case ["parquet", var file]:
        await RowJob.WriteParquetAsync(file).ConfigureAwait(false);
        return 0;
    case ["rows", var warehouse, var partitionBy, var sortBy, var rounds]:
        await RowJob.RunAsync(warehouse, partitionBy, sortBy, Number(rounds)).ConfigureAwait(false);
        return 0;
    case ["commits", var warehouse, var snapshots, var lanes, var rounds]:
        await CommitJob.RunAsync(warehouse, Number(snapshots), Number(lanes), Number(rounds)).ConfigureAwait(false);
        return 0;
    default:
        Console.Error.WriteLine("TableWriter parquet FILE | rows WAREHOUSE PARTITION_BY SORT_BY ROUNDS | commits WAREHOUSE SNAPSHOTS LANES ROUNDS");
        return 2;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
