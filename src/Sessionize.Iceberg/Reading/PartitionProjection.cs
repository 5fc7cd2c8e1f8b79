using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Reading;

/// <summary>Turns a filter of rows into one of partitions that no row which fits can lie outside of (the spec's "inclusive projection").</summary>
/// <param name="spec">How the files were spread.</param>
/// <param name="schema">The columns that the filter names.</param>
internal sealed class PartitionProjection(PartitionSpec spec, IcebergSchema schema)
{
    /// <summary>Projects a filter; the result names partition fields by their own ids.</summary>
    public RowFilter Project(RowFilter filter) => filter switch
    {
        RowFilter.All all => new RowFilter.All([.. all.Filters.Select(Project)]),
        RowFilter.Any any => new RowFilter.Any([.. any.Filters.Select(Project)]),
        RowFilter.Compare compare => OfFields(compare.FieldId, field => Project(field, compare)),
        RowFilter.IsNull isNull => OfFields(isNull.FieldId, field => IsStrange(field) ? RowFilter.Everything : new RowFilter.IsNull(field.FieldId)),
        RowFilter.IsNotNull isNotNull => OfFields(
            isNotNull.FieldId, field => IsStrange(field) ? RowFilter.Everything : new RowFilter.IsNotNull(field.FieldId)),
        _ => RowFilter.Everything,
    };

    /// <summary>Several fields may be made of one column; a row's partition fits the projections of all.</summary>
    private RowFilter OfFields(int fieldId, Func<PartitionField, RowFilter> project) =>
        new RowFilter.All([.. spec.Fields.Where(field => field.SourceId == fieldId).Select(project)]);

    private static bool IsStrange(PartitionField field) => field.Transform.Kind is TransformKind.Void or TransformKind.Unknown;

    private RowFilter Project(PartitionField field, RowFilter.Compare compare)
    {
        if (IsStrange(field) || schema.Find(compare.FieldId)?.Type is not PrimitiveType type || CellValues.IsNan(compare.Value))
        {
            return RowFilter.Everything;
        }

        return field.Transform.Kind switch
        {
            TransformKind.Identity => compare with { FieldId = field.FieldId },
            TransformKind.Bucket => compare.Kind == ComparisonKind.Equal
                ? new RowFilter.Compare(field.FieldId, ComparisonKind.Equal, Apply(field, type, compare.Value))
                : RowFilter.Everything,
            _ => ProjectOrdered(field, type, compare),
        };
    }

    /// <summary>Of a transform that keeps the order: what lies below a value is below or in the value's partition.</summary>
    private static RowFilter ProjectOrdered(PartitionField field, PrimitiveType type, RowFilter.Compare compare)
    {
        RowFilter Within(ComparisonKind kind, object value) => new RowFilter.Compare(field.FieldId, kind, value);
        switch (compare.Kind)
        {
            case ComparisonKind.Equal:
                object same = Apply(field, type, compare.Value);
                return WasRoundedUp(field, same) is { } next
                    ? RowFilter.In(field.FieldId, [same, next])
                    : Within(ComparisonKind.Equal, same);
            case ComparisonKind.Less or ComparisonKind.LessOrEqual:
                object? most = compare.Kind == ComparisonKind.Less ? CellValues.Neighbour(compare.Value, -1) : compare.Value;
                if (most is null)
                {
                    return RowFilter.Nothing;
                }

                object last = Apply(field, type, most);
                RowFilter below = Within(ComparisonKind.LessOrEqual, WasRoundedUp(field, last) ?? last);
                return FirstWrapped(field, most) is { } first
                    ? new RowFilter.Any([below, Within(ComparisonKind.GreaterOrEqual, first)])
                    : below;
            case ComparisonKind.Greater or ComparisonKind.GreaterOrEqual:
                object? least = compare.Kind == ComparisonKind.Greater ? CellValues.Neighbour(compare.Value, 1) : compare.Value;
                if (least is null)
                {
                    return RowFilter.Nothing;
                }

                object from = Apply(field, type, least);
                bool hasWrapped = FirstWrapped(field, least) is not null && CellValues.Compare(from, least) > 0;
                return hasWrapped ? RowFilter.Everything : Within(ComparisonKind.GreaterOrEqual, from);
            default:
                return RowFilter.Everything;
        }
    }

    /// <summary>Writers before Iceberg 0.11 rounded times before 1970 to the partition after; their files are looked into, too.</summary>
    private static object? WasRoundedUp(PartitionField field, object value) =>
        field.Transform.Kind != TransformKind.Truncate && value is int number and < 0 ? number + 1 : null;

    /// <summary>Truncated, the least whole numbers are too small for their type, and come out among the greatest, as in all implementations.</summary>
    /// <returns>The least of those; <see langword="null"/>, if there are none.</returns>
    private static object? FirstWrapped(PartitionField field, object value) => field.Transform.Kind != TransformKind.Truncate ? null : value switch
    {
        int => int.MaxValue - field.Transform.Width,
        long => long.MaxValue - field.Transform.Width,
        _ => null,
    };

    private static object Apply(PartitionField field, PrimitiveType type, object value) => TransformValues.Apply(field.Transform, type, value)!;
}
