namespace Sessionize.Parquet.Columns;

/// <summary>Where a page ends: at the first of the two.</summary>
/// <param name="Rows">The most rows.</param>
/// <param name="Bytes">The most bytes of values, before compression; a single larger row has a page of its own.</param>
internal readonly record struct PageLimits(int Rows, int Bytes);
