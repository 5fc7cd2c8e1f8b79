using System.Runtime.CompilerServices;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Reading;

/// <summary>Reads the rows of a plan's files that are not deleted and fit the filter. One at a time may read.</summary>
/// <param name="table">The table.</param>
/// <param name="plan">The files.</param>
internal sealed class TableScan(TableFiles table, ScanPlan plan)
{
    // Deletes by value of a whole table are asked for by every file; those by position mostly by the file before.
    private const int DeleteFilesKept = 64;

    private readonly Dictionary<string, PositionDeletes> _positionDeletes = [];
    private readonly Dictionary<string, EqualityDeletes> _equalityDeletes = [];

    /// <summary>The plan.</summary>
    public ScanPlan Plan => plan;

    /// <summary>Reads all rows.</summary>
    /// <param name="fields">The columns that are asked for; the blocks have those of the filter, too.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Blocks, and which of their rows are asked for.</returns>
    /// <exception cref="SessionizeException">A file is missing, damaged, or of a kind that is not read.</exception>
    public async IAsyncEnumerable<(RowBlock Block, IReadOnlyList<int> Rows)> ReadAsync(
        IReadOnlyList<IcebergField> fields, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (ScanFile file in plan.Files)
        {
            await foreach ((RowBlock, IReadOnlyList<int>) rows in ReadAsync(file, fields, cancellationToken).ConfigureAwait(false))
            {
                yield return rows;
            }
        }
    }

    /// <summary>Reads the rows of one file.</summary>
    /// <exception cref="SessionizeException">A file is missing, damaged, or of a kind that is not read.</exception>
    public async IAsyncEnumerable<(RowBlock Block, IReadOnlyList<int> Rows)> ReadAsync(
        ScanFile file, IReadOnlyList<IcebergField> fields, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<IReadOnlySet<long>> positions = [];
        List<EqualityDeletes> values = [];
        foreach (DataFile deletes in file.Deletes)
        {
            if (deletes.Content == FileContent.EqualityDeletes)
            {
                values.Add(await LoadAsync(_equalityDeletes, deletes, EqualityDeletes.ReadAsync, cancellationToken).ConfigureAwait(false));
            }
            else if ((await LoadAsync(_positionDeletes, deletes, PositionDeletes.ReadAsync, cancellationToken).ConfigureAwait(false)).Find(file.File.FilePath) is { } found)
            {
                positions.Add(found);
            }
        }

        IcebergField[] columns = [.. fields
            .Concat(plan.Filter.FieldIds.Select(id => plan.Schema.Find(id)!))
            .Concat(values.SelectMany(deletes => deletes.Columns))
            .DistinctBy(field => field.Id)];
        await using DataFileReader reader = await DataFileReader.OpenAsync(table, file.File, cancellationToken).ConfigureAwait(false);
        await foreach (RowBlock block in reader.ReadAsync(columns, plan.Filter, plan.Counts, cancellationToken).ConfigureAwait(false))
        {
            yield return (block, Select(reader, block, positions, values));
        }
    }

    private List<int> Select(DataFileReader reader, RowBlock block, List<IReadOnlySet<long>> positions, List<EqualityDeletes> values)
    {
        List<int> rows = new(block.Count);
        try
        {
            for (int row = 0; row < block.Count; row++)
            {
                int at = row;
                if (plan.Filter.Fits(fieldId => block.Value(fieldId, at))
                    && !positions.Exists(deleted => deleted.Contains(block.FirstPosition + at))
                    && !values.Exists(deleted => deleted.Deletes(block, at)))
                {
                    rows.Add(row);
                }
            }
        }
        catch (InvalidDataException failure)
        {
            throw reader.Unreadable(field: null, failure);
        }

        return rows;
    }

    private async ValueTask<T> LoadAsync<T>(
        Dictionary<string, T> loaded, DataFile file, Func<TableFiles, DataFile, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        if (!loaded.TryGetValue(file.FilePath, out T? deletes))
        {
            if (loaded.Count >= DeleteFilesKept)
            {
                loaded.Clear();
            }

            deletes = await read(table, file, cancellationToken).ConfigureAwait(false);
            loaded.Add(file.FilePath, deletes);
        }

        return deletes;
    }
}
