using System.Text.Json;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>What is expected of a snapshot of a table that Spark wrote.</summary>
public sealed record FixtureSnapshot
{
    public required long SnapshotId { get; init; }
    public required long? Parent { get; init; }
    public required long? SequenceNumber { get; init; }
    public required string Operation { get; init; }
    public required int SchemaId { get; init; }
    public required IReadOnlyDictionary<string, string> Summary { get; init; }
    public required int RowCount { get; init; }

    /// <summary>All rows as of it, in the columns of its schema.</summary>
    public required IReadOnlyList<JsonElement> Rows { get; init; }

    /// <summary>All rows as of it, to be compared.</summary>
    public TableRows Content => new(Rows);
}
