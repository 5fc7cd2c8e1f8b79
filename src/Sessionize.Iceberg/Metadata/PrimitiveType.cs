using System.Globalization;

namespace Sessionize.Iceberg.Metadata;

/// <summary>A type without parts. <see cref="object.ToString"/> gives the name that metadata has, such as <c>timestamptz</c> or <c>decimal(9, 2)</c>.</summary>
/// <param name="Kind">The kind.</param>
internal sealed record PrimitiveType(PrimitiveKind Kind) : IcebergType
{
    /// <summary>The digits that a decimal may have at most.</summary>
    public const int MaxPrecision = 38;

    /// <summary>Of a decimal the number of digits.</summary>
    public int Precision { get; init; }

    /// <summary>Of a decimal the digits behind the point.</summary>
    public int Scale { get; init; }

    /// <summary>Of a fixed type the number of bytes.</summary>
    public int Length { get; init; }

    /// <summary>Reads the name that metadata has.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The type; <see langword="null"/>, if format versions 1 and 2 have none of that name.</returns>
    public static PrimitiveType? Parse(string name) => name switch
    {
        "boolean" => new(PrimitiveKind.Boolean),
        "int" => new(PrimitiveKind.Int),
        "long" => new(PrimitiveKind.Long),
        "float" => new(PrimitiveKind.Float),
        "double" => new(PrimitiveKind.Double),
        "date" => new(PrimitiveKind.Date),
        "time" => new(PrimitiveKind.Time),
        "timestamp" => new(PrimitiveKind.Timestamp),
        "timestamptz" => new(PrimitiveKind.TimestampTz),
        "string" => new(PrimitiveKind.String),
        "uuid" => new(PrimitiveKind.Uuid),
        "binary" => new(PrimitiveKind.Binary),
        _ when name.StartsWith("decimal(", StringComparison.Ordinal) && name[^1] == ')' => ParseDecimal(name.AsSpan(8, name.Length - 9)),
        _ when name.StartsWith("fixed[", StringComparison.Ordinal) && name[^1] == ']' => Number(name.AsSpan(6, name.Length - 7)) is { } length
            ? new(PrimitiveKind.Fixed) { Length = length }
            : null,
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        PrimitiveKind.Boolean => "boolean",
        PrimitiveKind.Int => "int",
        PrimitiveKind.Long => "long",
        PrimitiveKind.Float => "float",
        PrimitiveKind.Double => "double",
        PrimitiveKind.Decimal => $"decimal({Precision}, {Scale})",
        PrimitiveKind.Date => "date",
        PrimitiveKind.Time => "time",
        PrimitiveKind.Timestamp => "timestamp",
        PrimitiveKind.TimestampTz => "timestamptz",
        PrimitiveKind.String => "string",
        PrimitiveKind.Uuid => "uuid",
        PrimitiveKind.Fixed => $"fixed[{Length}]",
        _ => "binary",
    };

    private static PrimitiveType? ParseDecimal(ReadOnlySpan<char> parts) =>
        parts.IndexOf(',') is > 0 and int comma && Number(parts[..comma]) is > 0 and <= MaxPrecision and int precision
        && Number(parts[(comma + 1)..]) is { } scale && scale <= precision
            ? new(PrimitiveKind.Decimal) { Precision = precision, Scale = scale }
            : null;

    private static int? Number(ReadOnlySpan<char> text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
