using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Reading;

/// <summary>A file of deletes by value, read.</summary>
internal sealed class EqualityDeletes
{
    private readonly HashSet<PartitionKey> _keys = [];

    private EqualityDeletes(IReadOnlyList<IcebergField> columns) => Columns = columns;

    /// <summary>The columns that are compared.</summary>
    public IReadOnlyList<IcebergField> Columns { get; }

    /// <summary>The columns that a file compares.</summary>
    /// <exception cref="SessionizeException">It names none, or one that the table never had.</exception>
    public static IReadOnlyList<IcebergField> ColumnsOf(TableFiles table, DataFile file) => file.EqualityIds is { Count: > 0 } ids
        ? [.. ids.Select(id => table.FieldOf(id) ?? throw new SessionizeException(
            $"The deletes '{file.FilePath}' of the table {table.Name} are by the column of id {id}, which the table does not have: it is damaged."))]
        : throw new SessionizeException($"The deletes '{file.FilePath}' of the table {table.Name} do not say by which columns they are: it is damaged.");

    /// <summary>Reads a file.</summary>
    /// <exception cref="SessionizeException">It is missing or damaged.</exception>
    public static async ValueTask<EqualityDeletes> ReadAsync(TableFiles table, DataFile file, CancellationToken cancellationToken)
    {
        EqualityDeletes deletes = new(ColumnsOf(table, file));
        await using DataFileReader reader = await DataFileReader.OpenAsync(table, file, cancellationToken).ConfigureAwait(false);
        await foreach (RowBlock block in reader.ReadAsync(deletes.Columns, RowFilter.Everything, new ScanCounts(), cancellationToken).ConfigureAwait(false))
        {
            for (int row = 0; row < block.Count; row++)
            {
                deletes._keys.Add(deletes.KeyOf(block, row));
            }
        }

        return deletes;
    }

    /// <summary>Whether a row is deleted; nulls are equal here.</summary>
    public bool Deletes(RowBlock block, int row) => _keys.Contains(KeyOf(block, row));

    private PartitionKey KeyOf(RowBlock block, int row)
    {
        object?[] values = new object?[Columns.Count];
        for (int i = 0; i < values.Length; i++)
        {
            // A scan of an older schema reads the narrower type.
            object? value = block.Value(Columns[i].Id, row);
            values[i] = Columns[i].Type is PrimitiveType type ? CellValues.Widen(value, type) : value;
        }

        return new PartitionKey(values);
    }
}
