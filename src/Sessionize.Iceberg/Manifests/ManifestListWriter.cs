using System.Globalization;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Writes manifest lists.</summary>
/// <remarks>The same manifests give the same bytes. Safe for use by several threads.</remarks>
internal static class ManifestListWriter
{
    /// <summary>Writes a manifest list.</summary>
    /// <param name="manifests">The manifests; those without sequence numbers get the snapshot's.</param>
    /// <param name="snapshot">The snapshot whose manifests they are.</param>
    /// <param name="formatVersion">The table's format version.</param>
    /// <returns>The file's content.</returns>
    /// <exception cref="ArgumentException">A manifest of another snapshot has no sequence number.</exception>
    /// <exception cref="SessionizeException">A manifest from the first days of the format lacks counts that version 2 demands.</exception>
    public static byte[] Write(IReadOnlyList<ManifestFile> manifests, Snapshot snapshot, int formatVersion)
    {
        AvroContainerWriter file = new(ManifestSchemas.ManifestList(formatVersion), Header(snapshot, formatVersion));
        foreach (ManifestFile manifest in manifests)
        {
            Encode(file.Encoder, manifest, snapshot, formatVersion);
            file.EndRecord();
        }

        return file.ToArray();
    }

    private static List<KeyValuePair<string, byte[]>> Header(Snapshot snapshot, int version)
    {
        List<KeyValuePair<string, byte[]>> header =
        [
            AvroContainerWriter.Entry("snapshot-id", snapshot.Id.ToString(CultureInfo.InvariantCulture)),
            AvroContainerWriter.Entry("parent-snapshot-id", snapshot.ParentId?.ToString(CultureInfo.InvariantCulture) ?? "null"),
            AvroContainerWriter.Entry("format-version", version.ToString(CultureInfo.InvariantCulture)),
        ];
        if (version > 1)
        {
            header.Add(AvroContainerWriter.Entry("sequence-number", snapshot.SequenceNumber.ToString(CultureInfo.InvariantCulture)));
        }

        return header;
    }

    private static void Encode(AvroEncoder encoder, ManifestFile manifest, Snapshot snapshot, int version)
    {
        encoder.Text(manifest.Path);
        encoder.Long(manifest.Length);
        encoder.Long(manifest.SpecId);
        if (version > 1)
        {
            if (manifest.SequenceNumber is null && manifest.AddedSnapshotId != snapshot.Id)
            {
                throw new ArgumentException($"The manifest {manifest.Path} is of snapshot {manifest.AddedSnapshotId}, but its sequence number is not told.", nameof(manifest));
            }

            encoder.Long((int)manifest.Content);
            encoder.Long(manifest.SequenceNumber ?? snapshot.SequenceNumber);
            encoder.Long(manifest.MinSequenceNumber ?? manifest.SequenceNumber ?? snapshot.SequenceNumber);
        }

        encoder.Long(manifest.AddedSnapshotId);
        EncodeCounts(encoder, manifest, [manifest.AddedFilesCount, manifest.ExistingFilesCount, manifest.DeletedFilesCount], version);
        if (version == 1)
        {
            EncodePartitions(encoder, manifest.Partitions);
        }

        EncodeCounts(encoder, manifest, [manifest.AddedRowsCount, manifest.ExistingRowsCount, manifest.DeletedRowsCount], version);
        if (version > 1)
        {
            EncodePartitions(encoder, manifest.Partitions);
        }

        encoder.OptionalBytes(manifest.KeyMetadata);
    }

    private static void EncodeCounts(AvroEncoder encoder, ManifestFile manifest, ReadOnlySpan<long?> counts, int version)
    {
        foreach (long? count in counts)
        {
            if (version == 1)
            {
                encoder.OptionalLong(count);
            }
            else
            {
                encoder.Long(count ?? throw new SessionizeException(
                    $"The manifest list says nothing of how many files and rows the manifest {manifest.Path} has, which version 2 demands. "
                    + "Rewrite the table's manifests with Iceberg's rewrite_manifests first."));
            }
        }
    }

    private static void EncodePartitions(AvroEncoder encoder, IReadOnlyList<FieldSummary>? summaries)
    {
        if (summaries is null)
        {
            encoder.Null();
            return;
        }

        encoder.Some();
        if (summaries.Count > 0)
        {
            encoder.Long(summaries.Count);
            foreach (FieldSummary summary in summaries)
            {
                encoder.Boolean(summary.ContainsNull);
                if (summary.ContainsNan is { } nan)
                {
                    encoder.Some();
                    encoder.Boolean(nan);
                }
                else
                {
                    encoder.Null();
                }

                encoder.OptionalBytes(summary.LowerBound);
                encoder.OptionalBytes(summary.UpperBound);
            }
        }

        encoder.Long(0);
    }
}
