namespace Sessionize.Iceberg.Metadata;

/// <summary>What has to be so for a commit to be made; with <see cref="TableUpdate"/> the one model of all catalogs (Iceberg REST specification).</summary>
internal abstract record TableRequirement
{
    private TableRequirement()
    {
    }

    /// <summary>It is still the same table.</summary>
    public sealed record SameTable(string Uuid) : TableRequirement;

    /// <summary>A branch or tag names this snapshot; <see langword="null"/>: there is no such branch or tag.</summary>
    public sealed record RefIs(string Name, long? SnapshotId) : TableRequirement;

    /// <summary>No column was added meanwhile.</summary>
    public sealed record LastColumnIs(int FieldId) : TableRequirement;

    /// <summary>The schema is still the same.</summary>
    public sealed record CurrentSchemaIs(int SchemaId) : TableRequirement;
}
