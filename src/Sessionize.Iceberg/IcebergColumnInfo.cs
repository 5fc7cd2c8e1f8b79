namespace Sessionize.Iceberg;

/// <summary>A column of a table.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
/// <param name="Id">The id by which data files name it.</param>
/// <param name="Name">The name.</param>
/// <param name="Type">The type, as Iceberg names it, such as <c>long</c>, <c>timestamptz</c>, <c>list&lt;string&gt;</c>.</param>
/// <param name="IsRequired">Whether it may not be null.</param>
public sealed record IcebergColumnInfo(int Id, string Name, string Type, bool IsRequired);
