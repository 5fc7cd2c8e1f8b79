using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Reading;

/// <summary>Values of columns as <see cref="PartitionKey"/> has them: order, and what an older type becomes in a newer one.</summary>
internal static class CellValues
{
    /// <summary>Whether a value is a NaN.</summary>
    public static bool IsNan(object? value) => value is double.NaN or float.NaN;

    // For the message of a mistake alone.
    private static readonly PrimitiveType s_anyType = new(PrimitiveKind.Binary);

    /// <summary>The order of two values of one type: numbers by value, texts and bytes by their bytes; −0 stands below 0.</summary>
    public static int Compare(object left, object right) => SingleValue.Compare(s_anyType, left, right);

    /// <summary>A value that was written as an older type of its column, as the type that the column has now.</summary>
    /// <exception cref="InvalidDataException">The one is never made of the other.</exception>
    public static object? Widen(object? value, PrimitiveType type) => (value, type.Kind) switch
    {
        (null, _) => null,
        (int number, PrimitiveKind.Long) => (long)number,
        (float number, PrimitiveKind.Double) => (double)number,
        (int, PrimitiveKind.Int or PrimitiveKind.Date) => value,
        (long, PrimitiveKind.Long or PrimitiveKind.Time or PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz) => value,
        (bool, PrimitiveKind.Boolean) or (float, PrimitiveKind.Float) or (double, PrimitiveKind.Double) => value,
        (string, PrimitiveKind.String) or (Guid, PrimitiveKind.Uuid) or (Int128, PrimitiveKind.Decimal) => value,
        (BinaryValue, PrimitiveKind.Binary or PrimitiveKind.Fixed) => value,
        _ => throw new InvalidDataException($"a value of type {value.GetType().Name} stands where the table says {type}"),
    };

    /// <summary>Reads a bound of a column, which may have been written while the column had a narrower type.</summary>
    /// <returns>The bound; <see langword="null"/>, if there is none or it is no value of the type.</returns>
    public static object? ReadBound(PrimitiveType type, byte[]? bytes) => bytes is null ? null : SingleValue.FromBytes(type, bytes);

    /// <summary>The next value above or below of types that have one; else the value itself.</summary>
    /// <returns><see langword="null"/> beyond the last.</returns>
    public static object? Neighbour(object value, int step) => value switch
    {
        int number => step > 0 ? (number == int.MaxValue ? null : number + 1) : (number == int.MinValue ? null : number - 1),
        long number => step > 0 ? (number == long.MaxValue ? null : number + 1) : (number == long.MinValue ? null : number - 1),
        _ => value,
    };
}
