namespace Sessionize.Iceberg.Writing;

/// <summary>Where a row stands in a segment, and what tells it from most others.</summary>
/// <param name="Head">The first bytes of its sort key.</param>
/// <param name="Partition">The number of its partition.</param>
/// <param name="Offset">Where it begins.</param>
internal readonly record struct RowEntry(ulong Head, int Partition, int Offset);
