namespace Sessionize.Iceberg.Writing;

/// <summary>A row to be sorted.</summary>
/// <param name="Head">The first bytes of its sort key.</param>
/// <param name="Rank">The place of its partition in the order of all.</param>
/// <param name="Segment">The number of its segment.</param>
/// <param name="Offset">Where it begins in the segment.</param>
internal readonly record struct SortEntry(ulong Head, int Rank, int Segment, int Offset);
