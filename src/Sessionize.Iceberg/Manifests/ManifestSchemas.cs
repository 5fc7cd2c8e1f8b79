using System.Buffers;
using System.Text;
using System.Text.Json;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Manifests;

/// <summary>The Avro schemas that manifests and manifest lists are written with (Iceberg spec, "Manifests", "Manifest Lists", appendix A).</summary>
internal static class ManifestSchemas
{
    private const string Int = "\"int\"";
    private const string Long = "\"long\"";
    private const string Text = "\"string\"";
    private const string Bytes = "\"bytes\"";
    private const string Boolean = "\"boolean\"";

    /// <summary>The schema of a manifest's entries.</summary>
    /// <param name="version">The table's format version.</param>
    /// <param name="spec">The spec of its files.</param>
    /// <param name="types">The types of the spec's values.</param>
    public static byte[] Entry(int version, PartitionSpec spec, IReadOnlyList<PrimitiveType> types)
    {
        List<string> fields = [Required(0, "status", Int), Optional(1, "snapshot_id", Long)];
        if (version > 1)
        {
            fields.Add(Optional(3, "sequence_number", Long));
            fields.Add(Optional(4, "file_sequence_number", Long));
        }

        fields.Add(Required(2, "data_file", Record("r2", DataFile(version, Partition(spec, types)))));
        return Encoding.UTF8.GetBytes(Record("manifest_entry", fields));
    }

    /// <summary>The schema of a manifest list.</summary>
    /// <param name="version">The table's format version.</param>
    public static byte[] ManifestList(int version)
    {
        string summary = Record("r508",
            [Required(509, "contains_null", Boolean), Optional(518, "contains_nan", Boolean), Optional(510, "lower_bound", Bytes), Optional(511, "upper_bound", Bytes)]);
        string partitions = Optional(507, "partitions", Array(508, summary));
        List<string> fields = [Required(500, "manifest_path", Text), Required(501, "manifest_length", Long), Required(502, "partition_spec_id", Int)];
        if (version > 1)
        {
            fields.AddRange([Required(517, "content", Int), Required(515, "sequence_number", Long), Required(516, "min_sequence_number", Long)]);
        }

        Func<int, string, string, string> count = version > 1 ? Required : Optional;
        fields.Add(Required(503, "added_snapshot_id", Long));
        fields.AddRange([count(504, "added_files_count", Int), count(505, "existing_files_count", Int), count(506, "deleted_files_count", Int)]);
        string[] rows = [count(512, "added_rows_count", Long), count(513, "existing_rows_count", Long), count(514, "deleted_rows_count", Long)];
        fields.AddRange(version > 1 ? [.. rows, partitions] : [partitions, .. rows]);
        fields.Add(Optional(519, "key_metadata", Bytes));
        return Encoding.UTF8.GetBytes(Record("manifest_file", fields));
    }

    private static List<string> DataFile(int version, string partition)
    {
        List<string> fields = [];
        if (version > 1)
        {
            fields.Add(Required(134, "content", Int));
        }

        fields.AddRange(
        [
            Required(100, "file_path", Text),
            Required(101, "file_format", Text),
            Required(102, "partition", partition),
            Required(103, "record_count", Long),
            Required(104, "file_size_in_bytes", Long),
        ]);
        if (version == 1)
        {
            fields.Add(Required(105, "block_size_in_bytes", Long));
        }

        fields.AddRange(
        [
            Optional(108, "column_sizes", Map(117, 118, Long)),
            Optional(109, "value_counts", Map(119, 120, Long)),
            Optional(110, "null_value_counts", Map(121, 122, Long)),
            Optional(137, "nan_value_counts", Map(138, 139, Long)),
            Optional(125, "lower_bounds", Map(126, 127, Bytes)),
            Optional(128, "upper_bounds", Map(129, 130, Bytes)),
            Optional(131, "key_metadata", Bytes),
            Optional(132, "split_offsets", Array(133, Long)),
        ]);
        if (version > 1)
        {
            fields.Add(Optional(135, "equality_ids", Array(136, Int)));
        }

        fields.Add(Optional(140, "sort_order_id", Int));
        if (version > 1)
        {
            fields.Add(Optional(143, "referenced_data_file", Text));
        }

        return fields;
    }

    private static string Partition(PartitionSpec spec, IReadOnlyList<PrimitiveType> types)
    {
        HashSet<string> named = new(StringComparer.Ordinal);
        return Record("r102", spec.Fields.Select((field, index) => PartitionField(field, PartitionType(types[index], named))));
    }

    /// <summary>Names in Avro have only letters, digits and underscores; the field id, not the name, says what a field is.</summary>
    private static string PartitionField(PartitionField field, string type)
    {
        string name = AvroName(field.Name);
        return name == field.Name
            ? Optional(field.FieldId, name, type)
            : Optional(field.FieldId, name, type)[..^1] + $",\"iceberg-field-name\":{Quote(field.Name)}}}";
    }

    private static string AvroName(string name)
    {
        StringBuilder valid = new();
        foreach (char letter in name)
        {
            if (char.IsAsciiLetter(letter) || letter == '_' || (char.IsAsciiDigit(letter) && valid.Length > 0))
            {
                valid.Append(letter);
            }
            else
            {
                valid.Append(char.IsAsciiDigit(letter) ? "_" : "_x").Append(char.IsAsciiDigit(letter) ? letter.ToString() : ((int)letter).ToString("X", null));
            }
        }

        return valid.Length == 0 ? "_" : valid.ToString();
    }

    private static string PartitionType(PrimitiveType type, HashSet<string> named) => type.Kind switch
    {
        PrimitiveKind.Boolean => Boolean,
        PrimitiveKind.Int => Int,
        PrimitiveKind.Long => Long,
        PrimitiveKind.Float => "\"float\"",
        PrimitiveKind.Double => "\"double\"",
        PrimitiveKind.String => Text,
        PrimitiveKind.Binary => Bytes,
        PrimitiveKind.Date => """{"type":"int","logicalType":"date"}""",
        PrimitiveKind.Time => """{"type":"long","logicalType":"time-micros"}""",
        PrimitiveKind.Timestamp => """{"type":"long","logicalType":"timestamp-micros","adjust-to-utc":false}""",
        PrimitiveKind.TimestampTz => """{"type":"long","logicalType":"timestamp-micros","adjust-to-utc":true}""",
        PrimitiveKind.Uuid => Fixed(named, "uuid_fixed", 16, ",\"logicalType\":\"uuid\""),
        PrimitiveKind.Fixed => Fixed(named, $"fixed_{type.Length}", type.Length, ""),
        _ => Fixed(
            named,
            $"decimal_{type.Precision}_{type.Scale}",
            PartitionValueCodec.DecimalLength(type.Precision),
            $",\"logicalType\":\"decimal\",\"precision\":{type.Precision},\"scale\":{type.Scale}"),
    };

    /// <summary>A named type is told once, and later by its name.</summary>
    private static string Fixed(HashSet<string> named, string name, int length, string logical) =>
        named.Add(name) ? $"{{\"type\":\"fixed\",\"name\":\"{name}\",\"size\":{length}{logical}}}" : Quote(name);

    private static string Record(string name, IEnumerable<string> fields) => $"{{\"type\":\"record\",\"name\":\"{name}\",\"fields\":[{string.Join(',', fields)}]}}";

    private static string Required(int id, string name, string type) => $"{{\"name\":\"{name}\",\"type\":{type},\"field-id\":{id}}}";

    private static string Optional(int id, string name, string type) => $"{{\"name\":\"{name}\",\"type\":[\"null\",{type}],\"default\":null,\"field-id\":{id}}}";

    private static string Array(int id, string item) => $"{{\"type\":\"array\",\"items\":{item},\"element-id\":{id}}}";

    /// <summary>A map whose keys are no texts is an array of pairs, which is said beside.</summary>
    private static string Map(int keyId, int valueId, string value) =>
        $"{{\"type\":\"array\",\"items\":{Record($"k{keyId}_v{valueId}", [Required(keyId, "key", Int), Required(valueId, "value", value)])},\"logicalType\":\"map\"}}";

    private static string Quote(string text)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, TableMetadataJson.WriterOptions))
        {
            json.WriteStringValue(text);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
