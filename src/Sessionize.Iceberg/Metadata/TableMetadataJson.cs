using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Table metadata as JSON (Iceberg spec, "Table Metadata" and appendix C): reads versions 1 and 2, and writes what it read.</summary>
/// <remarks>Safe for use by several threads.</remarks>
internal static class TableMetadataJson
{
    /// <summary>What a compressed file may grow to, so that one of a few bytes cannot fill the memory.</summary>
    private const int MaxInflatedLength = 1 << 30;

    /// <summary>How JSON of tables is written: as it is, beyond what JSON itself demands.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Reads a metadata file, which may be compressed with gzip.</summary>
    /// <param name="utf8">The content.</param>
    /// <param name="place">Where it lies, for messages.</param>
    /// <returns>The metadata.</returns>
    /// <exception cref="SessionizeException">It is damaged, or of a version that is not read.</exception>
    public static TableMetadata Read(ReadOnlyMemory<byte> utf8, string place)
    {
        try
        {
            ReadOnlySpan<byte> text = utf8.Span is [0x1F, 0x8B, ..] ? Inflate(utf8, place) : utf8.Span;
            text = text is [0xEF, 0xBB, 0xBF, ..] ? text[3..] : text;
            int version = FindVersion(text, place);
            MetadataJsonReader json = new(text, place);
            json.Start();
            TableMetadata table = new TableMetadataParts(version, place).Read(ref json);
            json.End();
            return table;
        }
        catch (JsonException damage)
        {
            throw MetadataJsonReader.Damage(place, "the text", $"is no JSON (line {damage.LineNumber + 1}, byte {damage.BytePositionInLine + 1})", damage);
        }
        catch (Exception damage) when (damage is InvalidDataException or InvalidOperationException)
        {
            // The latter is what the JSON reader throws of texts that are no UTF-8 or have half of a surrogate pair.
            throw MetadataJsonReader.Damage(place, "the text", damage is InvalidDataException ? "is no gzip" : "has a text that is no Unicode", damage);
        }
    }

    /// <summary>Writes a metadata file.</summary>
    /// <param name="table">The metadata.</param>
    /// <returns>The content, not compressed.</returns>
    public static byte[] Write(TableMetadata table)
    {
        ArrayBufferWriter<byte> buffer = new(4096 + (table.Snapshots.Count * 1024));
        using (Utf8JsonWriter json = new(buffer, WriterOptions))
        {
            WriteTable(json, table);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The id of a table of version 1 that has none: made of its location, so that it is the same at each reading, and kept by the next commit.</summary>
    public static string UuidOf(string location)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(location), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true).ToString();
    }

    private static void WriteTable(Utf8JsonWriter json, TableMetadata table)
    {
        json.WriteStartObject();
        json.WriteNumber("format-version"u8, table.FormatVersion);
        json.WriteString("table-uuid"u8, table.TableUuid);
        json.WriteString("location"u8, table.Location);
        if (table.FormatVersion > 1)
        {
            json.WriteNumber("last-sequence-number"u8, table.LastSequenceNumber);
        }

        json.WriteNumber("last-updated-ms"u8, table.LastUpdatedMs);
        json.WriteNumber("last-column-id"u8, table.LastColumnId);
        WriteSchemas(json, table);
        WriteSpecsAndOrders(json, table);
        json.WritePropertyName("properties"u8);
        json.WriteMap(table.Properties);
        json.WriteNumber("current-snapshot-id"u8, table.CurrentSnapshotId ?? -1);
        json.WriteStartObject("refs"u8);
        foreach ((string name, SnapshotRef target) in table.Refs)
        {
            json.WriteStartObject(name);
            SnapshotJson.WriteRefFields(json, target);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteList("snapshots"u8, table.Snapshots, SnapshotJson.Write);
        foreach ((string name, JsonElement value) in table.Others)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        WriteLogs(json, table);
        json.WriteEndObject();
    }

    private static void WriteSchemas(Utf8JsonWriter json, TableMetadata table)
    {
        if (table.FormatVersion == 1)
        {
            json.WritePropertyName("schema"u8);
            SchemaJson.Write(json, table.CurrentSchema);
        }

        json.WriteNumber("current-schema-id"u8, table.CurrentSchemaId);
        json.WriteList("schemas"u8, table.Schemas, SchemaJson.Write);
    }

    private static void WriteSpecsAndOrders(Utf8JsonWriter json, TableMetadata table)
    {
        if (table.FormatVersion == 1)
        {
            json.WritePropertyName("partition-spec"u8);
            SpecJson.WriteFields(json, table.DefaultSpec);
        }

        json.WriteNumber("default-spec-id"u8, table.DefaultSpecId);
        json.WriteList("partition-specs"u8, table.PartitionSpecs, SpecJson.Write);
        json.WriteNumber("last-partition-id"u8, table.LastPartitionId);
        json.WriteNumber("default-sort-order-id"u8, table.DefaultSortOrderId);
        json.WriteList("sort-orders"u8, table.SortOrders, SortOrderJson.Write);
    }

    private static void WriteLogs(Utf8JsonWriter json, TableMetadata table)
    {
        json.WriteObjects("snapshot-log"u8, table.SnapshotLog, static (json, entry) =>
        {
            json.WriteNumber("timestamp-ms"u8, entry.TimestampMs);
            json.WriteNumber("snapshot-id"u8, entry.SnapshotId);
        });
        json.WriteObjects("metadata-log"u8, table.MetadataLog, static (json, entry) =>
        {
            json.WriteNumber("timestamp-ms"u8, entry.TimestampMs);
            json.WriteString("metadata-file"u8, entry.MetadataFile);
        });
    }

    /// <summary>Looks for the version before anything else is read: a newer one may have types and fields that say nothing to us.</summary>
    private static int FindVersion(ReadOnlySpan<byte> text, string place)
    {
        MetadataJsonReader json = new(text, place);
        json.Start();
        json.Object("the table");
        while (json.NextName())
        {
            if (!json.IsName("format-version"u8))
            {
                json.SkipValue();
                continue;
            }

            int version = json.ValueInt("format-version");
            return version is 1 or 2
                ? version
                : version < 1
                    ? throw json.Damaged("format-version", $"is {version}")
                    : throw new SessionizeException(
                        $"The table metadata {place} is of format version {version}; versions 1 and 2 are read and written here. Use a table of version 2.");
        }

        throw json.Missing("format-version");
    }

    private static ReadOnlySpan<byte> Inflate(ReadOnlyMemory<byte> zipped, string place)
    {
        using MemoryStream input = new(zipped.ToArray(), writable: false);
        using GZipStream gzip = new(input, CompressionMode.Decompress);
        using MemoryStream output = new();
        byte[] part = new byte[64 * 1024];
        while (gzip.Read(part) is > 0 and int read)
        {
            output.Write(part, 0, read);
            if (output.Length > MaxInflatedLength)
            {
                throw MetadataJsonReader.Damage(place, "the text", "is longer than 1 GiB");
            }
        }

        return output.GetBuffer().AsSpan(0, (int)output.Length);
    }
}
