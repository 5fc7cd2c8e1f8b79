using Sessionize.Iceberg.Commits;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Tests.Commits;

/// <summary>Metadata of a table with given snapshots.</summary>
internal static class Histories
{
    public const string Pipeline = "clicks";

    /// <summary>A table whose last snapshot is the current one.</summary>
    public static TableMetadata Table(params Snapshot[] snapshots) => new()
    {
        FormatVersion = 2,
        TableUuid = "0b5f7a4e-1c1d-4b0e-9a3e-2f3c4d5e6f70",
        Location = "file:///w/s/t",
        LastUpdatedMs = 0,
        LastColumnId = 1,
        Schemas = [new IcebergSchema(0, [new IcebergField(1, "uuid", new PrimitiveType(PrimitiveKind.String))])],
        CurrentSchemaId = 0,
        PartitionSpecs = [PartitionSpec.Unpartitioned],
        DefaultSpecId = 0,
        LastPartitionId = 999,
        SortOrders = [SortOrder.Unsorted],
        DefaultSortOrderId = 0,
        Snapshots = snapshots,
        CurrentSnapshotId = snapshots.Length == 0 ? null : snapshots[^1].Id,
        Refs = snapshots.Length == 0 ? [] : new Dictionary<string, SnapshotRef> { [SnapshotRef.Main] = new(snapshots[^1].Id, IsBranch: true) },
    };

    public static Snapshot Snapshot(long id, long? parent, params string[] pipelines) => new()
    {
        Id = id,
        ParentId = parent,
        SequenceNumber = id,
        TimestampMs = id,
        ManifestList = $"file:///w/s/t/metadata/snap-{id}.avro",
        Summary = pipelines.ToDictionary(SummaryKeys.Commit, _ => $"commit {id}"),
    };

    public static TableMetadata WithTag(this TableMetadata table, string pipeline, long snapshotId) => table with
    {
        Refs = new Dictionary<string, SnapshotRef>(table.Refs) { [SummaryKeys.Tag(pipeline)] = new(snapshotId, IsBranch: false) },
    };

    /// <summary>The snapshots stay without some, as after an expiry.</summary>
    public static TableMetadata Without(this TableMetadata table, params long[] ids) =>
        table with { Snapshots = [.. table.Snapshots.Where(snapshot => !ids.Contains(snapshot.Id))] };

    /// <summary>The snapshots that led to the current one, newest first, as far back as the table keeps them.</summary>
    public static IReadOnlyList<Snapshot> Ancestors(this TableMetadata table)
    {
        List<Snapshot> ancestors = [];
        for (Snapshot? next = table.CurrentSnapshot; next is not null; next = next.ParentId is { } parent ? table.FindSnapshot(parent) : null)
        {
            ancestors.Add(next);
        }

        return ancestors;
    }
}
