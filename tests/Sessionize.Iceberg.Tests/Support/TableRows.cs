using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>Rows as some reader returned them: JSON objects, comparable whoever read them.</summary>
/// <remarks>Timestamps with a zone are texts such as <c>2024-01-15T08:00:00.000000Z</c>.</remarks>
public sealed class TableRows(IReadOnlyList<JsonElement> rows)
{
    /// <summary>The rows as they came.</summary>
    public IReadOnlyList<JsonElement> Rows => rows;

    /// <summary>How many there are.</summary>
    public int Count => rows.Count;

    /// <summary>Each row as a text, columns by name; texts of equal rows are equal. Sorted.</summary>
    public IReadOnlyList<string> SortedTexts => [.. rows.Select(TextOf).Order(StringComparer.Ordinal)];

    /// <summary>The values of a column, in the rows' order.</summary>
    public IEnumerable<JsonElement> Column(string name) => rows.Select(row => row.GetProperty(name));

    /// <summary>The same rows with some columns only.</summary>
    public TableRows Select(params string[] columns) =>
        new([.. rows.Select(row => JsonSerializer.SerializeToElement(columns.ToDictionary(name => name, row.GetProperty)))]);

    /// <summary>Fails the test unless both have the same rows, in whatever order.</summary>
    public static void AssertEqual(TableRows expected, TableRows actual) => Assert.Equal(expected.SortedTexts, actual.SortedTexts);

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal)
            .Select(property => $"{property.Name}:{TextOf(property.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(TextOf))}]",
        JsonValueKind.Number => value.TryGetInt64(out long whole) ? $"{whole}" : NumberText(value.GetDouble()),
        JsonValueKind.String => JsonSerializer.Serialize(value.GetString()),
        _ => value.GetRawText(),
    };

    // 600.0 of one reader is 600 of another.
    private static string NumberText(double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1e15 ? $"{(long)value}" : value.ToString("R", CultureInfo.InvariantCulture);
}
