namespace Sessionize.Iceberg.Writing;

/// <summary>Sorted rows that are read independently of others: those of one partition, or of all.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Partition">The partition; of several the first.</param>
/// <param name="RowCount">The number of rows; <see cref="int.MaxValue"/>: unknown.</param>
internal readonly record struct SortedPart(RowMerge Rows, int Partition, int RowCount);
