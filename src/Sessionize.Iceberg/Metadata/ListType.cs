namespace Sessionize.Iceberg.Metadata;

/// <summary>A list.</summary>
/// <param name="ElementId">The id of the elements.</param>
/// <param name="Element">Their type.</param>
/// <param name="IsElementRequired">Whether none may be null.</param>
internal sealed record ListType(int ElementId, IcebergType Element, bool IsElementRequired) : IcebergType;
