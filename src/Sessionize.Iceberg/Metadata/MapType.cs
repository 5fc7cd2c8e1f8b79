namespace Sessionize.Iceberg.Metadata;

/// <summary>A map.</summary>
/// <param name="KeyId">The id of the keys.</param>
/// <param name="Key">Their type.</param>
/// <param name="ValueId">The id of the values.</param>
/// <param name="Value">Their type.</param>
/// <param name="IsValueRequired">Whether no value may be null.</param>
internal sealed record MapType(int KeyId, IcebergType Key, int ValueId, IcebergType Value, bool IsValueRequired) : IcebergType;
