using Sessionize.Iceberg;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Writing;

namespace Sessionize.Cli.Commands;

/// <summary>What <c>batch --table</c> checks before it reads, and says.</summary>
internal static class TableRun
{
    /// <summary>Looks for options that cannot be used, before hours of reading.</summary>
    /// <returns>What is wrong, as a sentence; <see langword="null"/>: nothing.</returns>
    public static async ValueTask<string?> FindMistakeAsync(IcebergTableOptions table)
    {
        try
        {
            IcebergSchema schema = SessionTableSchema.New();
            PartitionSpecText.Parse(table.PartitionBy, schema);
            SortOrderText.Parse(table.SortBy, schema);
            await IcebergCatalogs.Open(table, TimeProvider.System).Catalog.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        catch (Exception mistake) when (mistake is ArgumentException or SessionizeException)
        {
            return mistake.Message;
        }
    }

    /// <summary>Says that a run had been committed before.</summary>
    public static string AlreadyThere(IcebergTableOptions table) =>
        $"The run '{table.RunId}' is in {table.Name} already: nothing was written. Give another --run-id to write its sessions once more.";
}
