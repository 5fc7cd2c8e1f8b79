namespace Sessionize.Iceberg.Writing;

/// <summary>Where a row to be sorted stands.</summary>
/// <param name="Segment">The number of its segment.</param>
/// <param name="Offset">Where it begins in the segment.</param>
internal readonly record struct SortEntry(int Segment, int Offset);
