namespace Sessionize.Iceberg.Metadata;

/// <summary>A column, or a field of a struct.</summary>
/// <param name="Id">The id by which data files, specs and orders name it; never used again for another.</param>
/// <param name="Name">The name.</param>
/// <param name="Type">The type.</param>
/// <param name="IsRequired">Whether it may not be null.</param>
internal sealed record IcebergField(int Id, string Name, IcebergType Type, bool IsRequired = false)
{
    /// <summary>What people are told about it.</summary>
    public string? Doc { get; init; }
}
