using System.Globalization;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Partitioning;

/// <summary>A column, or a transform of one, as people write it: <c>uuid</c>, <c>day(session_start_time)</c>, <c>bucket(16,uuid)</c>.</summary>
/// <param name="Column">The column.</param>
/// <param name="Transform">What is made of it.</param>
/// <param name="Text">What was written.</param>
internal sealed record ColumnTerm(IcebergField Column, Transform Transform, string Text)
{
    /// <summary>Splits a list at its commas, but not inside brackets.</summary>
    /// <param name="what">What the list is, for messages.</param>
    /// <param name="list">The list.</param>
    /// <returns>The parts, trimmed; none, if the list is empty or <c>none</c>.</returns>
    /// <exception cref="ArgumentException">A part is empty, or brackets do not match.</exception>
    public static IReadOnlyList<string> Split(string what, string list)
    {
        if (list.AsSpan().Trim().Length == 0 || list.AsSpan().Trim().Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            return [];
        }

        List<string> parts = [];
        int start = 0;
        int depth = 0;
        for (int index = 0; index <= list.Length; index++)
        {
            char letter = index == list.Length ? ',' : list[index];
            depth += letter switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth < 0 || (index == list.Length && depth != 0))
            {
                throw Wrong(what, list, list[start..], "has brackets that do not match");
            }

            if (letter == ',' && depth == 0)
            {
                string part = list[start..index].Trim();
                parts.Add(part.Length > 0 ? part : throw Wrong(what, list, list, "has an empty part"));
                start = index + 1;
            }
        }

        return parts;
    }

    /// <summary>Reads a part of a list.</summary>
    /// <param name="what">What the list is, for messages.</param>
    /// <param name="list">The list.</param>
    /// <param name="part">The part.</param>
    /// <param name="schema">The columns.</param>
    /// <returns>The term.</returns>
    /// <exception cref="ArgumentException">The column or the transform is not known, or they do not go together.</exception>
    public static ColumnTerm Parse(string what, string list, string part, IcebergSchema schema)
    {
        int open = part.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return new ColumnTerm(FindColumn(what, list, part, part, schema), new Transform(TransformKind.Identity), part);
        }

        if (part[^1] != ')')
        {
            throw Wrong(what, list, part, "goes on behind its bracket");
        }

        string name = part[..open].Trim();
        string[] arguments = part[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries);
        TransformKind kind = KindOf(name) ?? throw Wrong(
            what, list, part, $"names the transform '{name}', which is none. Choose year, month, day, hour, bucket(N, column), truncate(N, column), or the column alone");
        bool hasWidth = kind is TransformKind.Bucket or TransformKind.Truncate;
        int width = 0;
        if (arguments.Length != (hasWidth ? 2 : 1)
            || (hasWidth && !(int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out width) && width > 0)))
        {
            throw Wrong(what, list, part, hasWidth ? $"needs a number above 0 and a column: write {name}(16, column)" : $"needs one column: write {name}(column)");
        }

        IcebergField column = FindColumn(what, list, part, arguments[^1], schema);
        Transform transform = new(kind, width);
        return TransformValues.Supports(transform, column.Type)
            ? new ColumnTerm(column, transform, part)
            : throw Wrong(what, list, part, $"does not take the column '{column.Name}', whose type is {column.Type}. Choose a column of another type, or another transform");
    }

    /// <summary>What is thrown of a list that is not as it has to be.</summary>
    public static ArgumentException Wrong(string what, string list, string part, string problem) => new($"{what} '{list}' is wrong: '{part}' {problem}.");

    private static TransformKind? KindOf(string name) => name.ToLowerInvariant() switch
    {
        "identity" => TransformKind.Identity,
        "bucket" => TransformKind.Bucket,
        "truncate" => TransformKind.Truncate,
        "year" or "years" => TransformKind.Year,
        "month" or "months" => TransformKind.Month,
        "day" or "days" => TransformKind.Day,
        "hour" or "hours" => TransformKind.Hour,
        "void" => TransformKind.Void,
        _ => null,
    };

    private static IcebergField FindColumn(string what, string list, string part, string name, IcebergSchema schema) => schema.Find(name) is { } column
        ? column.Type is PrimitiveType
            ? column
            : throw Wrong(what, list, part, $"names the column '{name}', which is a list, map or struct. Choose a column with a single value")
        : throw Wrong(what, list, part, $"names the column '{name}', which is none. The columns are {string.Join(", ", schema.Fields.Select(field => field.Name))}");
}
