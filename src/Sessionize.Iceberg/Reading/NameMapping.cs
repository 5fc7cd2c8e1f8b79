using System.Text.Json;

namespace Sessionize.Iceberg.Reading;

/// <summary>Which columns of files without field ids are which of the table (Iceberg spec, "Column Projection", <c>schema.name-mapping.default</c>).</summary>
/// <param name="Fields">The mapped columns.</param>
internal sealed record NameMapping(IReadOnlyList<NameMapping.MappedField> Fields)
{
    /// <summary>The table's property that holds it.</summary>
    public const string Property = "schema.name-mapping.default";

    /// <summary>A column by its names.</summary>
    /// <param name="FieldId">The id; <see langword="null"/>: none.</param>
    /// <param name="Names">What files call it.</param>
    public sealed record MappedField(int? FieldId, IReadOnlyList<string> Names);

    /// <summary>Reads the property's text.</summary>
    /// <exception cref="InvalidDataException">It is no name mapping.</exception>
    public static NameMapping Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return new NameMapping([.. document.RootElement.EnumerateArray().Select(ReadField)]);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException($"the table's property {Property} is no name mapping", failure);
        }
    }

    /// <summary>The names that files call a column.</summary>
    public IReadOnlyList<string> NamesOf(int fieldId) => Fields.FirstOrDefault(field => field.FieldId == fieldId)?.Names ?? [];

    private static MappedField ReadField(JsonElement field) => new(
        field.TryGetProperty("field-id", out JsonElement id) ? id.GetInt32() : null,
        [.. field.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)]);
}
