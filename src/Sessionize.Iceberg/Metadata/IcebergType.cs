namespace Sessionize.Iceberg.Metadata;

/// <summary>The type of a column (Iceberg spec, "Schemas and Data Types"). Immutable; equal when all parts are equal.</summary>
internal abstract record IcebergType;
