namespace Sessionize.Iceberg.Metadata;

/// <summary>A type without parts. <see cref="object.ToString"/> gives the name that metadata has, such as <c>timestamptz</c> or <c>decimal(9,2)</c>.</summary>
/// <param name="Kind">The kind.</param>
internal sealed record PrimitiveType(PrimitiveKind Kind) : IcebergType
{
    /// <summary>Of a decimal the number of digits.</summary>
    public int Precision { get; init; }

    /// <summary>Of a decimal the digits behind the point.</summary>
    public int Scale { get; init; }

    /// <summary>Of a fixed type the number of bytes.</summary>
    public int Length { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        PrimitiveKind.Decimal => $"decimal({Precision},{Scale})",
        PrimitiveKind.Fixed => $"fixed[{Length}]",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
