using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Reads manifests, of both versions and of any writer.</summary>
/// <remarks>Safe for use by several threads.</remarks>
internal static class ManifestReader
{
    /// <summary>Reads a manifest.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="file">What the manifest list says of it: entries inherit from it what they do not say themselves.</param>
    /// <param name="table">The table, whose specs and schemas say what partition values are.</param>
    /// <returns>The entries, deleted ones among them.</returns>
    /// <exception cref="SessionizeException">It is damaged, or of a spec that the table does not have.</exception>
    public static IReadOnlyList<ManifestEntry> Read(ReadOnlyMemory<byte> bytes, ManifestFile file, TableMetadata table)
    {
        PartitionSpec spec = table.PartitionSpecs.FirstOrDefault(known => known.Id == file.SpecId)
            ?? throw AvroContainer.Damaged(file.Path, $"it is of the partition spec {file.SpecId}, which the table does not have");
        AvroContainer container = AvroContainer.Open(bytes, file.Path);
        ManifestEntryDecoder decoder = new(container.Schema, spec, PartitionTypes.Of(spec, table), file);
        List<ManifestEntry> entries = new(KnownCount(file, bytes.Length));
        container.ReadBlocks((count, ref block) =>
        {
            while (count-- > 0)
            {
                entries.Add(decoder.Read(ref block));
            }
        });
        return entries;
    }

    /// <summary>How many entries there should be; no more than the file can hold, whatever the list says.</summary>
    private static int KnownCount(ManifestFile file, int length)
    {
        long count = (file.AddedFilesCount ?? 0L) + (file.ExistingFilesCount ?? 0) + (file.DeletedFilesCount ?? 0);
        return (int)Math.Clamp(count, 0, length);
    }
}
