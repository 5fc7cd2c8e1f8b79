using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Partitioning;

/// <summary>Sort orders as people write them: <c>uuid,session_start_time_ms desc</c>.</summary>
internal static class SortOrderText
{
    private const string What = "The sort order";

    /// <summary>Reads an order.</summary>
    /// <param name="text">
    /// Columns and transforms, with commas between them, each followed by <c>asc</c> or <c>desc</c> and by <c>nulls first</c> or <c>nulls last</c> if need be;
    /// <c>none</c>: no order. Without these the least comes first, and nulls come before it, or after the least where it comes last.
    /// </param>
    /// <param name="schema">The columns.</param>
    /// <returns>The order.</returns>
    /// <exception cref="ArgumentException">The text is none, or names a column or transform that is not there.</exception>
    public static SortOrder Parse(string text, IcebergSchema schema)
    {
        List<SortField> fields = [];
        foreach (string part in ColumnTerm.Split(What, text))
        {
            string rest = part;
            bool? nullsFirst = CutEnd(ref rest, "nulls first") ? true : CutEnd(ref rest, "nulls last") ? false : null;
            bool isDescending = CutEnd(ref rest, "desc");
            if (!isDescending)
            {
                CutEnd(ref rest, "asc");
            }

            ColumnTerm term = ColumnTerm.Parse(What, text, rest, schema);
            fields.Add(fields.Exists(field => field.SourceId == term.Column.Id && field.Transform == term.Transform)
                ? throw ColumnTerm.Wrong(What, text, part, "is there twice. Leave one of them out")
                : new SortField(term.Column.Id, term.Transform, isDescending, nullsFirst ?? !isDescending));
        }

        return fields.Count == 0 ? SortOrder.Unsorted : new SortOrder(1, fields);
    }

    /// <summary>Cuts words off the end, whatever the space before and between them.</summary>
    private static bool CutEnd(ref string text, string words)
    {
        string rest = text;
        foreach (string word in words.Split(' ').Reverse())
        {
            if (!rest.EndsWith(word, StringComparison.OrdinalIgnoreCase) || rest.Length == word.Length || !(char.IsWhiteSpace(rest[^(word.Length + 1)]) || rest[^(word.Length + 1)] == ')'))
            {
                return false;
            }

            rest = rest[..^word.Length].TrimEnd();
        }

        text = rest;
        return true;
    }
}
