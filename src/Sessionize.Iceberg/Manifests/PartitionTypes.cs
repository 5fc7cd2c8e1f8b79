using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Manifests;

/// <summary>The types of partition values.</summary>
internal static class PartitionTypes
{
    /// <summary>The types of a spec's values, in order.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="table">The table, whose schemas have the columns.</param>
    /// <returns>The types; <see langword="null"/> where the column is gone from all schemas and the transform does not tell.</returns>
    public static PrimitiveType?[] Of(PartitionSpec spec, TableMetadata table) => [.. spec.Fields.Select(field => Of(field, table))];

    /// <summary>The type of a value that is none of a known type.</summary>
    public static PrimitiveType Of(object? value) => value switch
    {
        bool => new(PrimitiveKind.Boolean),
        int => new(PrimitiveKind.Int),
        long => new(PrimitiveKind.Long),
        float => new(PrimitiveKind.Float),
        double => new(PrimitiveKind.Double),
        BinaryValue => new(PrimitiveKind.Binary),
        _ => new(PrimitiveKind.String),
    };

    private static PrimitiveType? Of(PartitionField field, TableMetadata table)
    {
        IcebergField? source = table.CurrentSchema.FindNested(field.SourceId)
            ?? table.Schemas.Reverse().Select(schema => schema.FindNested(field.SourceId)).FirstOrDefault(found => found is not null);
        return source is not null
            ? TransformValues.ResultType(field.Transform, source.Type) as PrimitiveType
            : field.Transform.Kind is TransformKind.Identity or TransformKind.Truncate or TransformKind.Void or TransformKind.Unknown
                ? null
                : (PrimitiveType)TransformValues.ResultType(field.Transform, new PrimitiveType(PrimitiveKind.String));
    }
}
