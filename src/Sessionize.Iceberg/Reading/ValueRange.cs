namespace Sessionize.Iceberg.Reading;

/// <summary>What is known of a column's values in some rows: those of a file, a row group, or all files of a manifest. Immutable.</summary>
/// <param name="MayBeNull">Whether one or more may be null.</param>
/// <param name="MayHaveValues">Whether one or more may not be null.</param>
/// <param name="Lower">At or below all values; <see langword="null"/>: not known.</param>
/// <param name="Upper">At or above all values; <see langword="null"/>: not known.</param>
internal sealed record ValueRange(bool MayBeNull, bool MayHaveValues, object? Lower, object? Upper)
{
    /// <summary>Whether all values are <see cref="Lower"/> itself, as in a partition.</summary>
    public bool IsSingle { get; private init; }

    /// <summary>The range of rows that all have one value.</summary>
    public static ValueRange Of(object? value) => value switch
    {
        null => new ValueRange(MayBeNull: true, MayHaveValues: false, null, null),
        double.NaN or float.NaN or 0.0 or 0.0f => Between(mayBeNull: false, mayHaveValues: true, value, value),
        _ => new ValueRange(MayBeNull: false, MayHaveValues: true, value, value) { IsSingle = true },
    };

    /// <summary>The range with bounds that can be relied on.</summary>
    public static ValueRange Between(bool mayBeNull, bool mayHaveValues, object? lower, object? upper)
    {
        if (lower is Guid && upper is Guid && !lower.Equals(upper))
        {
            // Iceberg Java has ordered UUIDs by their halves as signed numbers for years, and others by their bytes.
            return new ValueRange(mayBeNull, mayHaveValues, null, null);
        }

        return new ValueRange(mayBeNull, mayHaveValues, WithZero(lower, isLower: true), WithZero(upper, isLower: false));
    }

    /// <summary>NaN is no bound, and writers do not tell 0 from −0.</summary>
    private static object? WithZero(object? bound, bool isLower) => bound switch
    {
        double.NaN or float.NaN => null,
        0.0 => isLower ? -0.0 : 0.0,
        0.0f => isLower ? -0.0f : 0.0f,
        _ => bound,
    };

    /// <summary>Whether a value in the range may compare so with another.</summary>
    public bool MayFit(ComparisonKind kind, object value)
    {
        if (!MayHaveValues)
        {
            return false;
        }

        if (CellValues.IsNan(value))
        {
            return kind == ComparisonKind.NotEqual;
        }

        int? lower = Lower is null ? null : CellValues.Compare(Lower, value);
        int? upper = Upper is null ? null : CellValues.Compare(Upper, value);
        return kind switch
        {
            ComparisonKind.Equal => lower is not > 0 && upper is not < 0,
            ComparisonKind.NotEqual => !(IsSingle && lower == 0),
            ComparisonKind.Less => lower is not >= 0,
            ComparisonKind.LessOrEqual => lower is not > 0,
            ComparisonKind.Greater => upper is not <= 0,
            _ => upper is not < 0,
        };
    }
}
