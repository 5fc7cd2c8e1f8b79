namespace Sessionize.Iceberg;

/// <summary>The state of a table after a commit.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
/// <param name="Id">The id, unique in the table.</param>
/// <param name="ParentId">The snapshot that it followed; <see langword="null"/> of the first.</param>
/// <param name="SequenceNumber">The number of the commit; 0 in tables of format version 1.</param>
/// <param name="Time">When it was made, by the writer's clock, in UTC to the millisecond.</param>
/// <param name="Operation">What the commit did: <c>append</c>, <c>replace</c>, <c>overwrite</c> or <c>delete</c>.</param>
/// <param name="IsCurrent">Whether it is the one that readers read.</param>
/// <param name="References">The branches and tags that name it; empty: expiry may remove it.</param>
/// <param name="Summary">Counts as decimal text, such as <c>added-records</c>, and what the writer says of itself.</param>
public sealed record IcebergSnapshotInfo(
    long Id,
    long? ParentId,
    long SequenceNumber,
    DateTimeOffset Time,
    string Operation,
    bool IsCurrent,
    IReadOnlyList<string> References,
    IReadOnlyDictionary<string, string> Summary);
