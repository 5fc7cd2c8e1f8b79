namespace Sessionize.Iceberg.Reading;

/// <summary>What rows are asked for. Immutable.</summary>
/// <remarks>
/// A column is named by its field id, or a partition field by its own; a value has the type that <see cref="Manifests.PartitionKey"/> gives to the
/// column's. As in SQL, a null fits no comparison; and NaN fits <see cref="ComparisonKind.NotEqual"/> alone.
/// </remarks>
internal abstract record RowFilter
{
    private RowFilter()
    {
    }

    /// <summary>All rows.</summary>
    public static RowFilter Everything { get; } = new All([]);

    /// <summary>No row.</summary>
    public static RowFilter Nothing { get; } = new Any([]);

    /// <summary>Rows that fit all of the filters; without one, every row.</summary>
    public sealed record All(IReadOnlyList<RowFilter> Filters) : RowFilter;

    /// <summary>Rows that fit one of the filters, or several; without one, no row.</summary>
    public sealed record Any(IReadOnlyList<RowFilter> Filters) : RowFilter;

    /// <summary>Rows whose column compares so with a value.</summary>
    public sealed record Compare(int FieldId, ComparisonKind Kind, object Value) : RowFilter;

    /// <summary>Rows whose column is null.</summary>
    public sealed record IsNull(int FieldId) : RowFilter;

    /// <summary>Rows whose column is not null.</summary>
    public sealed record IsNotNull(int FieldId) : RowFilter;

    /// <summary>Rows that fit both.</summary>
    public RowFilter And(RowFilter other) => this == Everything ? other : other == Everything ? this : new All([this, other]);

    /// <summary>Rows whose column is one of some values.</summary>
    public static RowFilter In(int fieldId, IEnumerable<object> values)
    {
        Compare[] each = [.. values.Select(value => new Compare(fieldId, ComparisonKind.Equal, value))];
        return each.Length == 1 ? each[0] : new Any(each);
    }

    /// <summary>The ids of all columns that the filter looks at.</summary>
    public IEnumerable<int> FieldIds => this switch
    {
        All all => all.Filters.SelectMany(filter => filter.FieldIds).Distinct(),
        Any any => any.Filters.SelectMany(filter => filter.FieldIds).Distinct(),
        Compare compare => [compare.FieldId],
        IsNull isNull => [isNull.FieldId],
        IsNotNull isNotNull => [isNotNull.FieldId],
        _ => [],
    };

    /// <summary>Whether a row fits.</summary>
    /// <param name="valueOf">Gives the value of a column in the row.</param>
    public bool Fits(Func<int, object?> valueOf) => this switch
    {
        All all => all.Filters.All(filter => filter.Fits(valueOf)),
        Any any => any.Filters.Any(filter => filter.Fits(valueOf)),
        Compare compare => valueOf(compare.FieldId) is { } value && Fits(compare, value),
        IsNull isNull => valueOf(isNull.FieldId) is null,
        IsNotNull isNotNull => valueOf(isNotNull.FieldId) is not null,
        _ => true,
    };

    /// <summary>Whether one of the rows that a range speaks of may fit: never a wrong no.</summary>
    /// <param name="rangeOf">Tells the range of a column; <see langword="null"/>, if nothing is known.</param>
    public bool MayFit(Func<int, ValueRange?> rangeOf) => this switch
    {
        All all => all.Filters.All(filter => filter.MayFit(rangeOf)),
        Any any => any.Filters.Any(filter => filter.MayFit(rangeOf)),
        Compare compare => rangeOf(compare.FieldId) is not { } range || range.MayFit(compare.Kind, compare.Value),
        IsNull isNull => rangeOf(isNull.FieldId) is not { MayBeNull: false },
        IsNotNull isNotNull => rangeOf(isNotNull.FieldId) is not { MayHaveValues: false },
        _ => true,
    };

    private static bool Fits(Compare compare, object value)
    {
        if (CellValues.IsNan(value) || CellValues.IsNan(compare.Value))
        {
            return compare.Kind == ComparisonKind.NotEqual;
        }

        int order = CellValues.Compare(value, compare.Value);
        return compare.Kind switch
        {
            ComparisonKind.Equal => order == 0,
            ComparisonKind.NotEqual => order != 0,
            ComparisonKind.Less => order < 0,
            ComparisonKind.LessOrEqual => order <= 0,
            ComparisonKind.Greater => order > 0,
            _ => order >= 0,
        };
    }
}
