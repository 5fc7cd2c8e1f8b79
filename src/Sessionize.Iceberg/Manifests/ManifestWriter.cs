using System.Globalization;
using System.Text;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Writes manifests.</summary>
/// <remarks>The same entries give the same bytes. Safe for use by several threads.</remarks>
internal static class ManifestWriter
{
    /// <summary>Of a v1 file the size of its blocks: Iceberg Java writes this number, and nobody reads it.</summary>
    private const long BlockSizeOfVersion1 = 64 * 1024 * 1024;

    /// <summary>Writes a manifest.</summary>
    /// <param name="path">Where it is going to lie.</param>
    /// <param name="table">The table, whose version and current schema it is written for.</param>
    /// <param name="spec">The spec of its files.</param>
    /// <param name="content">What its files hold.</param>
    /// <param name="snapshotId">The snapshot that it is written for: also that of its added and deleted entries.</param>
    /// <param name="entries">
    /// The files. Added ones without a sequence number get that of the commit, whichever it will be; existing and deleted ones keep their own, which has to
    /// be told, and existing ones their snapshot.
    /// </param>
    /// <param name="bytes">The file's content.</param>
    /// <returns>What the manifest list says of it.</returns>
    /// <exception cref="ArgumentException">An entry lacks what it has to have, or does not fit the table.</exception>
    public static ManifestFile Write(
        string path,
        TableMetadata table,
        PartitionSpec spec,
        ManifestContent content,
        long snapshotId,
        IReadOnlyCollection<ManifestEntry> entries,
        out byte[] bytes)
    {
        if (table.FormatVersion == 1 && content != ManifestContent.Data)
        {
            throw new ArgumentException("A table of version 1 has no delete files.", nameof(content));
        }

        PrimitiveType[] types = TypesOf(spec, table, entries);
        AvroContainerWriter file = new(ManifestSchemas.Entry(table.FormatVersion, spec, types), Header(table, spec, content));
        PartitionSummaries summaries = new(types);
        Span<int> files = stackalloc int[3];
        Span<long> rows = stackalloc long[3];
        long? least = null;
        foreach (ManifestEntry entry in entries)
        {
            Check(entry, spec, table.FormatVersion);
            files[(int)entry.Status]++;
            rows[(int)entry.Status] += entry.File.RecordCount;
            least = entry.IsLive && entry.SequenceNumber is { } number && number < (least ?? long.MaxValue) ? number : least;
            summaries.Add(entry.File.Partition);
            Encode(file.Encoder, entry, types, table.FormatVersion, snapshotId);
            file.EndRecord();
        }

        bytes = file.ToArray();
        return new ManifestFile
        {
            Path = path,
            Length = bytes.Length,
            SpecId = spec.Id,
            Content = content,
            MinSequenceNumber = least,
            AddedSnapshotId = snapshotId,
            AddedFilesCount = files[(int)EntryStatus.Added],
            ExistingFilesCount = files[(int)EntryStatus.Existing],
            DeletedFilesCount = files[(int)EntryStatus.Deleted],
            AddedRowsCount = rows[(int)EntryStatus.Added],
            ExistingRowsCount = rows[(int)EntryStatus.Existing],
            DeletedRowsCount = rows[(int)EntryStatus.Deleted],
            Partitions = summaries.ToList(),
        };
    }

    private static PrimitiveType[] TypesOf(PartitionSpec spec, TableMetadata table, IReadOnlyCollection<ManifestEntry> entries) =>
    [
        .. PartitionTypes.Of(spec, table).Select((type, index) =>
            type ?? PartitionTypes.Of(entries.Select(entry => entry.File.Partition.Values[index]).FirstOrDefault(value => value is not null))),
    ];

    private static KeyValuePair<string, byte[]>[] Header(TableMetadata table, PartitionSpec spec, ManifestContent content) =>
    [
        new("schema", TableChangesJson.WriteSchema(table.CurrentSchema)),
        AvroContainerWriter.Entry("schema-id", table.CurrentSchemaId.ToString(CultureInfo.InvariantCulture)),
        new("partition-spec", TableChangesJson.WriteSpecFields(spec)),
        AvroContainerWriter.Entry("partition-spec-id", spec.Id.ToString(CultureInfo.InvariantCulture)),
        AvroContainerWriter.Entry("format-version", table.FormatVersion.ToString(CultureInfo.InvariantCulture)),
        AvroContainerWriter.Entry("content", content == ManifestContent.Data ? "data" : "deletes"),
    ];

    private static void Check(ManifestEntry entry, PartitionSpec spec, int version)
    {
        string? lack = entry.File.Partition.Values.Count != spec.Fields.Count
            ? $"has {entry.File.Partition.Values.Count} partition values instead of {spec.Fields.Count}"
            : entry.Status == EntryStatus.Existing && entry.SnapshotId is null
                ? "existed before, but its snapshot is not told"
                : version > 1 && entry.Status != EntryStatus.Added && (entry.SequenceNumber is null || entry.FileSequenceNumber is null)
                    ? "existed before, but its sequence numbers are not told"
                    : null;
        if (lack is not null)
        {
            throw new ArgumentException($"The file {entry.File.FilePath} {lack}.", nameof(entry));
        }
    }

    private static void Encode(AvroEncoder encoder, ManifestEntry entry, PrimitiveType[] types, int version, long snapshotId)
    {
        encoder.Long((int)entry.Status);
        encoder.OptionalLong(entry.Status == EntryStatus.Existing ? entry.SnapshotId : snapshotId);
        DataFile file = entry.File;
        if (version > 1)
        {
            encoder.OptionalLong(entry.SequenceNumber);
            encoder.OptionalLong(entry.FileSequenceNumber);
            encoder.Long((int)file.Content);
        }

        encoder.Text(file.FilePath);
        encoder.Text(file.FileFormat);
        for (int index = 0; index < types.Length; index++)
        {
            PartitionValueCodec.Encode(encoder, types[index], file.Partition.Values[index]);
        }

        encoder.Long(file.RecordCount);
        encoder.Long(file.FileSizeInBytes);
        if (version == 1)
        {
            encoder.Long(BlockSizeOfVersion1);
        }

        EncodeMap(encoder, file.ColumnSizes);
        EncodeMap(encoder, file.ValueCounts);
        EncodeMap(encoder, file.NullValueCounts);
        EncodeMap(encoder, file.NanValueCounts);
        EncodeMap(encoder, file.LowerBounds);
        EncodeMap(encoder, file.UpperBounds);
        encoder.OptionalBytes(file.KeyMetadata);
        EncodeList(encoder, file.SplitOffsets, offset => offset);
        if (version > 1)
        {
            EncodeList(encoder, file.EqualityIds, id => id);
        }

        encoder.OptionalLong(file.SortOrderId);
        if (version > 1)
        {
            encoder.OptionalBytes(file.ReferencedDataFile is { } referenced ? Encoding.UTF8.GetBytes(referenced) : null);
        }
    }

    private static void EncodeMap(AvroEncoder encoder, IReadOnlyDictionary<int, long>? map)
    {
        if (!BeginItems(encoder, map?.Count))
        {
            return;
        }

        foreach ((int id, long value) in map!)
        {
            encoder.Long(id);
            encoder.Long(value);
        }

        encoder.Long(0);
    }

    private static void EncodeMap(AvroEncoder encoder, IReadOnlyDictionary<int, byte[]>? map)
    {
        if (!BeginItems(encoder, map?.Count))
        {
            return;
        }

        foreach ((int id, byte[] value) in map!)
        {
            encoder.Long(id);
            encoder.Bytes(value);
        }

        encoder.Long(0);
    }

    private static void EncodeList<T>(AvroEncoder encoder, IReadOnlyList<T>? list, Func<T, long> number)
    {
        if (!BeginItems(encoder, list?.Count))
        {
            return;
        }

        foreach (T item in list!)
        {
            encoder.Long(number(item));
        }

        encoder.Long(0);
    }

    private static bool BeginItems(AvroEncoder encoder, int? count)
    {
        if (count is null)
        {
            encoder.Null();
            return false;
        }

        encoder.Some();
        if (count > 0)
        {
            encoder.Long(count.Value);
        }

        return true;
    }
}
