using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Partitioning;

/// <summary>What partition specs have to keep to.</summary>
internal static class SpecRules
{
    /// <summary>Makes sure that a spec's fields can be made of a schema's columns and have names of their own.</summary>
    /// <exception cref="ArgumentException">They cannot.</exception>
    public static void Check(PartitionSpec spec, IcebergSchema schema)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (PartitionField field in spec.Fields)
        {
            if (Problem(field, schema) is { } problem)
            {
                throw new ArgumentException($"The partition field '{field.Name}' {problem}.");
            }

            if (!names.Add(field.Name))
            {
                throw new ArgumentException($"Two partition fields are called '{field.Name}': leave one of them out.");
            }
        }
    }

    private static string? Problem(PartitionField field, IcebergSchema schema)
    {
        if (field.Transform.Kind == TransformKind.Void)
        {
            return null;
        }

        if (schema.FindNested(field.SourceId) is not { } source)
        {
            return $"is made of column {field.SourceId}, which the schema does not have";
        }

        if (!TransformValues.Supports(field.Transform, source.Type))
        {
            return $"is made by '{field.Transform}' of the column '{source.Name}', whose type {source.Type} it does not take";
        }

        // Paths and partition tuples go by name: one that a column has may only mean that column.
        return schema.Find(field.Name) is { } column && (field.Transform.Kind != TransformKind.Identity || column.Id != field.SourceId)
            ? $"has the name of a column that it is not: choose another name"
            : null;
    }
}
