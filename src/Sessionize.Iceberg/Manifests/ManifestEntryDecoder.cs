using System.Collections.Frozen;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Decodes the entries of one manifest.</summary>
internal sealed class ManifestEntryDecoder
{
    private static readonly FrozenDictionary<string, int> s_entryNames = new Dictionary<string, int>
    {
        ["status"] = 0,
        ["snapshot_id"] = 1,
        ["data_file"] = 2,
        ["sequence_number"] = 3,
        ["file_sequence_number"] = 4,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> s_fileNames = new Dictionary<string, int>
    {
        ["content"] = 134,
        ["file_path"] = 100,
        ["file_format"] = 101,
        ["partition"] = 102,
        ["record_count"] = 103,
        ["file_size_in_bytes"] = 104,
        ["column_sizes"] = 108,
        ["value_counts"] = 109,
        ["null_value_counts"] = 110,
        ["nan_value_counts"] = 137,
        ["lower_bounds"] = 125,
        ["upper_bounds"] = 128,
        ["key_metadata"] = 131,
        ["split_offsets"] = 132,
        ["equality_ids"] = 135,
        ["sort_order_id"] = 140,
        ["referenced_data_file"] = 143,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly ManifestFile _manifest;
    private readonly AvroRecordPlan _entry;
    private readonly AvroRecordPlan _file;
    private readonly AvroType[] _partitionFields;
    private readonly int[] _partitionIndexes;
    private readonly PrimitiveType?[] _partitionTypes;
    private readonly FieldMapDecoder _maps = new();
    private string _format = "PARQUET";

    /// <summary>Looks what the file's schema has.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="spec">The spec of the files.</param>
    /// <param name="types">The types of the spec's values.</param>
    /// <param name="manifest">What the manifest list says.</param>
    /// <exception cref="SessionizeException">A field that has to be there is not.</exception>
    public ManifestEntryDecoder(AvroType schema, PartitionSpec spec, PrimitiveType?[] types, ManifestFile manifest)
    {
        _manifest = manifest;
        _partitionTypes = types;
        _entry = new AvroRecordPlan(schema, s_entryNames);
        Require(_entry, 0, 2);
        AvroType file = _entry.Find(2)!.Type;
        _file = new AvroRecordPlan(file, s_fileNames);
        Require(_file, 100, 101, 103, 104);

        // Of an unpartitioned table the partition is an empty record, or none at all.
        IReadOnlyList<AvroField> partition = _file.Find(102) is { } tuple
            ? tuple.Type.Kind == AvroKind.Record ? tuple.Type.Fields : throw AvroContainer.Damaged(manifest.Path, "its partitions are no records")
            : [];
        _partitionFields = [.. partition.Select(field => field.Type)];
        _partitionIndexes = [.. partition.Select(field => IndexOf(field, spec))];
    }

    /// <summary>Decodes an entry, and fills in what it inherits.</summary>
    public ManifestEntry Read(ref AvroDecoder block)
    {
        int? status = null;
        long? snapshot = null;
        long? sequence = null;
        long? fileSequence = null;
        DataFile? file = null;
        for (int index = 0; index < _entry.Fields.Count; index++)
        {
            AvroType type = _entry.Fields[index].Type;
            switch (_entry.Ids[index])
            {
                case 0:
                    status = block.OptionalInt(type);
                    break;
                case 1:
                    snapshot = block.OptionalLong(type);
                    break;
                case 3:
                    sequence = block.OptionalLong(type);
                    break;
                case 4:
                    fileSequence = block.OptionalLong(type);
                    break;
                case 2:
                    file = ReadFile(ref block);
                    break;
                default:
                    block.Skip(type);
                    break;
            }
        }

        EntryStatus known = status is >= 0 and <= (int)EntryStatus.Deleted ? (EntryStatus)status : throw block.Damaged($"an entry has the status {status}");

        // A new file's numbers are those of the commit; in version 1 all numbers are 0.
        bool inherits = known == EntryStatus.Added || _manifest.SequenceNumber == 0;
        return new ManifestEntry(
            known,
            snapshot ?? _manifest.AddedSnapshotId,
            sequence ?? (inherits ? _manifest.SequenceNumber : null),
            fileSequence ?? (inherits ? _manifest.SequenceNumber : null),
            file ?? throw block.Damaged("an entry has no file"));
    }

    private void Require(AvroRecordPlan plan, params ReadOnlySpan<int> ids)
    {
        foreach (int id in ids)
        {
            _ = plan.Find(id) ?? throw AvroContainer.Damaged(_manifest.Path, $"its schema does not have the field {id} of manifests");
        }
    }

    private static int IndexOf(AvroField field, PartitionSpec spec)
    {
        for (int index = 0; index < spec.Fields.Count; index++)
        {
            if (field.Id is { } id ? spec.Fields[index].FieldId == id : spec.Fields[index].Name == field.Name)
            {
                return index;
            }
        }

        return AvroRecordPlan.Skipped;
    }

    private DataFile ReadFile(ref AvroDecoder block)
    {
        DataFileRow row = default;
        for (int index = 0; index < _file.Fields.Count; index++)
        {
            ReadField(ref block, _file.Ids[index], _file.Fields[index].Type, ref row);
        }

        return row.ToFile(ref block, _manifest.SpecId);
    }

    private void ReadField(ref AvroDecoder block, int id, AvroType type, ref DataFileRow row)
    {
        switch (id)
        {
            case 134:
                row.Content = block.OptionalInt(type);
                break;
            case 100:
                row.Path = block.OptionalText(type);
                break;
            case 101:
                row.Format = ReadFormat(ref block, type);
                break;
            case 102:
                row.Partition = ReadPartition(ref block);
                break;
            case 103:
                row.Records = block.OptionalLong(type);
                break;
            case 104:
                row.Size = block.OptionalLong(type);
                break;
            case 131:
                row.KeyMetadata = block.OptionalBytes(type);
                break;
            case 132:
                row.SplitOffsets = _maps.ReadList(ref block, type);
                break;
            case 135:
                row.EqualityIds = _maps.ReadList(ref block, type);
                break;
            case 140:
                row.SortOrder = block.OptionalInt(type);
                break;
            case 143:
                row.Referenced = block.OptionalText(type);
                break;
            default:
                ReadMap(ref block, id, type, ref row);
                break;
        }
    }

    private void ReadMap(ref AvroDecoder block, int id, AvroType type, ref DataFileRow row)
    {
        switch (id)
        {
            case 108:
                row.ColumnSizes = _maps.ReadNumbers(ref block, type);
                break;
            case 109:
                row.ValueCounts = _maps.ReadNumbers(ref block, type);
                break;
            case 110:
                row.NullCounts = _maps.ReadNumbers(ref block, type);
                break;
            case 137:
                row.NanCounts = _maps.ReadNumbers(ref block, type);
                break;
            case 125:
                row.Lower = _maps.ReadBytes(ref block, type);
                break;
            case 128:
                row.Upper = _maps.ReadBytes(ref block, type);
                break;
            default:
                block.Skip(type);
                break;
        }
    }

    /// <summary>One text for all files: they are mostly of one format.</summary>
    private string ReadFormat(ref AvroDecoder block, AvroType type)
    {
        string format = block.OptionalText(type) ?? "";
        return format.Equals(_format, StringComparison.OrdinalIgnoreCase) ? _format : _format = format.ToUpperInvariant();
    }

    private PartitionKey ReadPartition(ref AvroDecoder block)
    {
        object?[] values = new object?[_partitionTypes.Length];
        for (int index = 0; index < _partitionFields.Length; index++)
        {
            int at = _partitionIndexes[index];
            if (at == AvroRecordPlan.Skipped)
            {
                block.Skip(_partitionFields[index]);
            }
            else
            {
                values[at] = PartitionValueCodec.Decode(ref block, _partitionFields[index], _partitionTypes[at]);
            }
        }

        return values.Length == 0 ? PartitionKey.None : new PartitionKey(values);
    }
}
