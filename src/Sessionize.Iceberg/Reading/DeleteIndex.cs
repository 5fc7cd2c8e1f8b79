using System.Runtime.InteropServices;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Reading;

/// <summary>Which delete files may take rows of a data file (Iceberg spec, "Scan Planning").</summary>
internal sealed class DeleteIndex
{
    /// <summary>The field id of the column that names a data file, in files of position deletes.</summary>
    public const int FilePathId = 2147483546;

    private readonly Dictionary<(int SpecId, PartitionKey Partition), List<ManifestEntry>> _byPartition = [];
    private readonly List<ManifestEntry> _everywhere = [];

    /// <param name="table">The table.</param>
    /// <param name="entries">The entries of its delete manifests.</param>
    /// <exception cref="SessionizeException">One of the files is of a kind that is not read.</exception>
    public DeleteIndex(TableFiles table, IEnumerable<ManifestEntry> entries)
    {
        foreach (ManifestEntry entry in entries.Where(entry => entry.IsLive))
        {
            DataFile file = entry.File;
            if (!file.FileFormat.Equals("PARQUET", StringComparison.OrdinalIgnoreCase))
            {
                throw new SessionizeException(
                    $"The table {table.Name} has deletes in the {file.FileFormat} file '{file.FilePath}', and only Parquet is read: compact the table with the engine that wrote it.");
            }

            if (file.Content == FileContent.EqualityDeletes && table.SpecOf(file.SpecId).Fields.All(field => field.Transform.Kind == TransformKind.Void))
            {
                _everywhere.Add(entry);
            }
            else
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(_byPartition, (file.SpecId, file.Partition), out _) ??= []).Add(entry);
            }
        }
    }

    /// <summary>The delete files that are newer than a data file's rows, and of its partition, or of all.</summary>
    /// <param name="file">The data file.</param>
    /// <param name="sequenceNumber">The number of the commit whose rows they are.</param>
    public IReadOnlyList<DataFile> Find(DataFile file, long sequenceNumber)
    {
        IEnumerable<ManifestEntry> same = _byPartition.TryGetValue((file.SpecId, file.Partition), out List<ManifestEntry>? found) ? found : [];
        return [.. _everywhere.Concat(same).Where(entry => Applies(entry, file, sequenceNumber)).Select(entry => entry.File)];
    }

    private static bool Applies(ManifestEntry entry, DataFile file, long sequenceNumber)
    {
        // Deletes by value are of older rows; those by position also of rows of the same commit.
        long deletes = entry.SequenceNumber ?? 0;
        return entry.File.Content == FileContent.EqualityDeletes
            ? deletes > sequenceNumber
            : deletes >= sequenceNumber && MayName(entry.File, file.FilePath);
    }

    private static bool MayName(DataFile deletes, string path)
    {
        if (deletes.ReferencedDataFile is { } referenced)
        {
            return FilePlace.AreSame(referenced, path);
        }

        PrimitiveType text = new(PrimitiveKind.String);
        ValueRange paths = ValueRange.Between(
            mayBeNull: false,
            mayHaveValues: true,
            CellValues.ReadBound(text, deletes.LowerBounds?.GetValueOrDefault(FilePathId)),
            CellValues.ReadBound(text, deletes.UpperBounds?.GetValueOrDefault(FilePathId)));
        return paths.MayFit(ComparisonKind.Equal, path);
    }
}
