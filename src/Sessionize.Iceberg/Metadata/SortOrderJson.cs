using System.Text.Json;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Sort orders as JSON (Iceberg spec, appendix C).</summary>
internal static class SortOrderJson
{
    /// <summary>Reads the order at the reader.</summary>
    public static SortOrder Read(ref MetadataJsonReader json)
    {
        json.Object("sort-orders");
        int? id = null;
        List<SortField>? fields = null;
        while (json.NextName())
        {
            if (json.IsName("order-id"u8))
            {
                id = json.ValueInt("order-id");
            }
            else if (json.IsName("fields"u8))
            {
                json.Value();
                json.Array("sort-orders.fields");
                fields = [];
                while (json.NextItem())
                {
                    fields.Add(ReadField(ref json));
                }
            }
            else
            {
                json.SkipValue();
            }
        }

        return new SortOrder(id ?? throw json.Missing("sort-orders.order-id"), fields ?? throw json.Missing("sort-orders.fields"));
    }

    /// <summary>Writes an order as an object.</summary>
    public static void Write(Utf8JsonWriter json, SortOrder order)
    {
        json.WriteStartObject();
        json.WriteNumber("order-id"u8, order.Id);
        json.WriteStartArray("fields"u8);
        foreach (SortField field in order.Fields)
        {
            json.WriteStartObject();
            json.WriteString("transform"u8, field.Transform.ToString());
            json.WriteNumber("source-id"u8, field.SourceId);
            json.WriteString("direction"u8, field.IsDescending ? "desc"u8 : "asc"u8);
            json.WriteString("null-order"u8, field.NullsFirst ? "nulls-first"u8 : "nulls-last"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static SortField ReadField(ref MetadataJsonReader json)
    {
        json.Object("sort-orders.fields");
        string? transform = null;
        int? source = null;
        string? direction = null;
        string? nulls = null;
        while (json.NextName())
        {
            if (json.IsName("transform"u8))
            {
                transform = json.ValueText("sort-orders.fields.transform");
            }
            else if (json.IsName("source-id"u8))
            {
                source = json.ValueInt("sort-orders.fields.source-id");
            }
            else if (json.IsName("direction"u8))
            {
                direction = json.ValueText("sort-orders.fields.direction");
            }
            else if (json.IsName("null-order"u8))
            {
                nulls = json.ValueText("sort-orders.fields.null-order");
            }
            else
            {
                json.SkipValue();
            }
        }

        bool isDescending = Either(ref json, direction, "desc", "asc", "sort-orders.fields.direction");
        return new SortField(
            source ?? throw json.Missing("sort-orders.fields.source-id"),
            Transform.Parse(transform is { Length: > 0 } ? transform : throw json.Missing("sort-orders.fields.transform")),
            isDescending,
            Either(ref json, nulls, "nulls-first", "nulls-last", "sort-orders.fields.null-order"));
    }

    private static bool Either(ref MetadataJsonReader json, string? text, string first, string second, string field) =>
        string.Equals(text, first, StringComparison.OrdinalIgnoreCase)
        || (string.Equals(text, second, StringComparison.OrdinalIgnoreCase)
            ? false
            : throw (text is null ? json.Missing(field) : json.Damaged(field, $"is '{text}', and neither '{first}' nor '{second}'")));
}
