using System.Text.Json;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>All that a table's metadata file says (Iceberg spec, "Table Metadata"). Immutable.</summary>
internal sealed record TableMetadata
{
    /// <summary>1 or 2.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>The id that the table keeps for life.</summary>
    public required string TableUuid { get; init; }

    /// <summary>Where the table lies.</summary>
    public required string Location { get; init; }

    /// <summary>The number of the last commit; 0 in version 1.</summary>
    public long LastSequenceNumber { get; init; }

    /// <summary>When the metadata was written, in milliseconds since the Unix epoch.</summary>
    public required long LastUpdatedMs { get; init; }

    /// <summary>The greatest id ever given to a column.</summary>
    public required int LastColumnId { get; init; }

    /// <summary>All schemas that snapshots may refer to.</summary>
    public required IReadOnlyList<IcebergSchema> Schemas { get; init; }

    /// <summary>The id of the schema that is written now.</summary>
    public required int CurrentSchemaId { get; init; }

    /// <summary>All partition specs that manifests may refer to.</summary>
    public required IReadOnlyList<PartitionSpec> PartitionSpecs { get; init; }

    /// <summary>The id of the spec that is written now.</summary>
    public required int DefaultSpecId { get; init; }

    /// <summary>The greatest id ever given to a partition field.</summary>
    public required int LastPartitionId { get; init; }

    /// <summary>All sort orders that data files may refer to.</summary>
    public required IReadOnlyList<SortOrder> SortOrders { get; init; }

    /// <summary>The id of the order that is written now.</summary>
    public required int DefaultSortOrderId { get; init; }

    /// <summary>Settings that writers and readers honour.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>The snapshot that readers read; <see langword="null"/> of an empty table.</summary>
    public long? CurrentSnapshotId { get; init; }

    /// <summary>The snapshots that are kept, in the order of the file.</summary>
    public IReadOnlyList<Snapshot> Snapshots { get; init; } = [];

    /// <summary>When which snapshot was current.</summary>
    public IReadOnlyList<SnapshotLogEntry> SnapshotLog { get; init; } = [];

    /// <summary>Earlier metadata files.</summary>
    public IReadOnlyList<MetadataLogEntry> MetadataLog { get; init; } = [];

    /// <summary>Branches and tags by name; <c>main</c> among them unless the table is empty.</summary>
    public IReadOnlyDictionary<string, SnapshotRef> Refs { get; init; } = new Dictionary<string, SnapshotRef>();

    /// <summary>What this program does not know, such as statistics files, kept as it is.</summary>
    public IReadOnlyDictionary<string, JsonElement> Others { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The schema that is written now.</summary>
    public IcebergSchema CurrentSchema => Schemas.First(schema => schema.Id == CurrentSchemaId);

    /// <summary>The spec that is written now.</summary>
    public PartitionSpec DefaultSpec => PartitionSpecs.First(spec => spec.Id == DefaultSpecId);

    /// <summary>The order that is written now.</summary>
    public SortOrder DefaultSortOrder => SortOrders.First(order => order.Id == DefaultSortOrderId);

    /// <summary>The snapshot that readers read; <see langword="null"/> of an empty table.</summary>
    public Snapshot? CurrentSnapshot => CurrentSnapshotId is { } id ? FindSnapshot(id) : null;

    /// <summary>Finds a snapshot that is kept.</summary>
    public Snapshot? FindSnapshot(long id) => Snapshots.FirstOrDefault(snapshot => snapshot.Id == id);
}
