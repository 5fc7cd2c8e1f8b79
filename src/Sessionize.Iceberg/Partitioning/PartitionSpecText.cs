using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Partitioning;

/// <summary>Partition specs as people write them: <c>session_date,user_hash_bucket</c> or <c>day(session_start_time),bucket(16,uuid)</c>.</summary>
internal static class PartitionSpecText
{
    private const string What = "The partitioning";

    /// <summary>Reads a spec.</summary>
    /// <param name="text">Columns and transforms, with commas between them; <c>none</c>: not partitioned.</param>
    /// <param name="schema">The columns.</param>
    /// <returns>The spec, whose fields are named as Spark names them: <c>session_start_time_day</c>, <c>uuid_bucket</c>.</returns>
    /// <exception cref="ArgumentException">The text is none, or names a column or transform that is not there.</exception>
    public static PartitionSpec Parse(string text, IcebergSchema schema)
    {
        List<PartitionField> fields = [];
        foreach (string part in ColumnTerm.Split(What, text))
        {
            ColumnTerm term = ColumnTerm.Parse(What, text, part, schema);
            string name = NameOf(term);
            fields.Add(fields.Exists(field => field.Name == name)
                ? throw ColumnTerm.Wrong(What, text, part, $"makes a second field of the name '{name}'. Leave one of them out")
                : term.Transform.Kind != TransformKind.Identity && schema.Find(name) is not null
                    ? throw ColumnTerm.Wrong(What, text, part, $"makes a field of the name '{name}', which a column has. Rename the column")
                    : new PartitionField(term.Column.Id, PartitionSpec.LastIdBeforeFields + 1 + fields.Count, name, term.Transform));
        }

        return fields.Count == 0 ? PartitionSpec.Unpartitioned : new PartitionSpec(0, fields);
    }

    private static string NameOf(ColumnTerm term) => term.Transform.Kind switch
    {
        TransformKind.Identity => term.Column.Name,
        TransformKind.Bucket => $"{term.Column.Name}_bucket",
        TransformKind.Truncate => $"{term.Column.Name}_trunc",
        TransformKind.Year => $"{term.Column.Name}_year",
        TransformKind.Month => $"{term.Column.Name}_month",
        TransformKind.Day => $"{term.Column.Name}_day",
        TransformKind.Hour => $"{term.Column.Name}_hour",
        _ => $"{term.Column.Name}_null",
    };
}
