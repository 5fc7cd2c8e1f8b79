using System.Runtime.InteropServices;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Reading;

/// <summary>A file of deletes by position, read.</summary>
internal sealed class PositionDeletes
{
    private const int PositionId = 2147483545;

    private static readonly IcebergField[] s_columns =
    [
        new(DeleteIndex.FilePathId, "file_path", new PrimitiveType(PrimitiveKind.String), IsRequired: true),
        new(PositionId, "pos", new PrimitiveType(PrimitiveKind.Long), IsRequired: true),
    ];

    private readonly Dictionary<string, HashSet<long>> _positions = new(StringComparer.Ordinal);

    private PositionDeletes()
    {
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="SessionizeException">It is missing or damaged.</exception>
    public static async ValueTask<PositionDeletes> ReadAsync(TableFiles table, DataFile file, CancellationToken cancellationToken)
    {
        PositionDeletes deletes = new();
        await using DataFileReader reader = await DataFileReader.OpenAsync(table, file, cancellationToken).ConfigureAwait(false);
        await foreach (RowBlock block in reader.ReadAsync(s_columns, RowFilter.Everything, new ScanCounts(), cancellationToken).ConfigureAwait(false))
        {
            for (int row = 0; row < block.Count; row++)
            {
                if (block.Value(DeleteIndex.FilePathId, row) is not string path || block.Value(PositionId, row) is not long position)
                {
                    throw new SessionizeException($"The file '{file.FilePath}' of the table {table.Name} has a delete without file or position: it is damaged.");
                }

                (CollectionsMarshal.GetValueRefOrAddDefault(deletes._positions, FilePlace.Normal(path), out _) ??= []).Add(position);
            }
        }

        return deletes;
    }

    /// <summary>The positions that are deleted of a data file.</summary>
    public IReadOnlySet<long>? Find(string path) => _positions.GetValueOrDefault(FilePlace.Normal(path));
}
