namespace Sessionize.Iceberg;

/// <summary>How much a partition of the current snapshot holds.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
/// <param name="Values">Its values by the names of the fields, as text: dates as <c>2024-01-15</c>, numbers in decimal; <see langword="null"/> for no value.</param>
/// <param name="Files">Its data files.</param>
/// <param name="Rows">Their rows, deleted ones included.</param>
/// <param name="Bytes">Their lengths together, in bytes as they are stored.</param>
public sealed record IcebergPartitionInfo(IReadOnlyDictionary<string, string?> Values, int Files, long Rows, long Bytes);
