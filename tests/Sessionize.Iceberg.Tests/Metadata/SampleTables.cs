using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Tests.Metadata;

/// <summary>Tables that tests begin with.</summary>
internal static class SampleTables
{
    public const long StartMs = 1_700_000_000_000;

    /// <summary>The columns of the classic table; ids are those that a new table gets.</summary>
    public static IcebergSchema Columns { get; } = new(0,
    [
        Field(1, "uuid", PrimitiveKind.String),
        Field(2, "session_id", PrimitiveKind.String),
        Field(3, "session_start_time_ms", PrimitiveKind.Long),
        Field(4, "session_end_time_ms", PrimitiveKind.Long),
        Field(5, "session_start_time", PrimitiveKind.TimestampTz),
        Field(6, "session_end_time", PrimitiveKind.TimestampTz),
        Field(7, "session_duration_seconds", PrimitiveKind.Double),
        Field(8, "event_count", PrimitiveKind.Long),
        new IcebergField(9, "pages_visited", new ListType(12, new PrimitiveType(PrimitiveKind.String), false)),
        Field(10, "session_date", PrimitiveKind.String),
        Field(11, "user_hash_bucket", PrimitiveKind.Int),
    ]);

    /// <summary>The classic table, empty.</summary>
    public static TableMetadata Partitioned() => Create("session_date,user_hash_bucket", "uuid,session_start_time_ms");

    /// <summary>An empty table.</summary>
    public static TableMetadata Create(string partitionBy, string sortBy = "none", string location = "/tmp/t", IcebergSchema? columns = null) => TableMetadataChanges.Create(
        new TableCreation(
            columns ?? Columns,
            PartitionSpecText.Parse(partitionBy, columns ?? Columns),
            SortOrderText.Parse(sortBy, columns ?? Columns),
            new Dictionary<string, string> { ["owner"] = "test" }),
        location,
        "0b5f7a4e-1c1d-4b0e-9a3e-2f3c4d5e6f70",
        StartMs);

    /// <summary>The same as a table of version 1.</summary>
    public static TableMetadata AsVersion1(TableMetadata table) => table with { FormatVersion = 1 };

    /// <summary>The table after some commits with snapshots 1, 2, 3 …, a second each.</summary>
    public static TableMetadata WithSnapshots(TableMetadata table, int count)
    {
        for (int added = 0; added < count; added++)
        {
            table = Commit(table, Next(table));
        }

        return table;
    }

    /// <summary>The snapshot to come.</summary>
    public static Snapshot Next(TableMetadata table) => new()
    {
        Id = table.Snapshots.Select(snapshot => snapshot.Id).DefaultIfEmpty(0).Max() + 1,
        ParentId = table.CurrentSnapshotId,
        SequenceNumber = table.FormatVersion == 1 ? 0 : table.LastSequenceNumber + 1,
        TimestampMs = table.LastUpdatedMs + 1000,
        ManifestList = $"/tmp/t/metadata/snap-{table.Snapshots.Count + 1}.avro",
        Summary = new Dictionary<string, string> { ["operation"] = "append", ["added-records"] = "5" },
        SchemaId = table.CurrentSchemaId,
    };

    /// <summary>Adds a snapshot to a branch.</summary>
    public static TableMetadata Commit(TableMetadata table, Snapshot snapshot, string branch = SnapshotRef.Main) => TableMetadataChanges.Apply(
        table,
        [new TableUpdate.AddSnapshot(snapshot), new TableUpdate.SetRef(branch, new SnapshotRef(snapshot.Id, IsBranch: true))],
        snapshot.TimestampMs);

    private static IcebergField Field(int id, string name, PrimitiveKind kind) => new(id, name, new PrimitiveType(kind));
}
