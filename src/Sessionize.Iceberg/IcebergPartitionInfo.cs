namespace Sessionize.Iceberg;

/// <summary>The rows of a partition.</summary>
/// <param name="Values">Its values by the names of the fields, as text; <see langword="null"/> for no value.</param>
/// <param name="Files">Its data files.</param>
/// <param name="Rows">Their rows, deleted ones included.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record IcebergPartitionInfo(IReadOnlyDictionary<string, string?> Values, int Files, long Rows, long Bytes);
