namespace Sessionize.Iceberg.Metadata;

/// <summary>A change of a table's metadata (Iceberg REST specification).</summary>
internal abstract record TableUpdate
{
    /// <summary>In <see cref="SetCurrentSchema"/>: the one added last.</summary>
    public const int Last = -1;

    private TableUpdate()
    {
    }

    /// <summary>Adds a schema; its id is given by the table.</summary>
    public sealed record AddSchema(IcebergSchema Schema) : TableUpdate;

    /// <summary>Makes a schema the one that is written.</summary>
    public sealed record SetCurrentSchema(int SchemaId) : TableUpdate;

    /// <summary>Adds a snapshot.</summary>
    public sealed record AddSnapshot(Snapshot Snapshot) : TableUpdate;

    /// <summary>Makes or moves a branch or tag.</summary>
    public sealed record SetRef(string Name, SnapshotRef Ref) : TableUpdate;

    /// <summary>Removes a branch or tag.</summary>
    public sealed record RemoveRef(string Name) : TableUpdate;

    /// <summary>Forgets snapshots.</summary>
    public sealed record RemoveSnapshots(IReadOnlyList<long> SnapshotIds) : TableUpdate;

    /// <summary>Sets settings.</summary>
    public sealed record SetProperties(IReadOnlyDictionary<string, string> Properties) : TableUpdate;
}
