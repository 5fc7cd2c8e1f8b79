using System.Text.Json;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>What is expected of a table that Spark wrote.</summary>
public sealed record FixtureExpectation
{
    public required int FormatVersion { get; init; }
    public required int VersionHint { get; init; }
    public required long? LastSequenceNumber { get; init; }
    public required int CurrentSchemaId { get; init; }

    /// <summary>Columns: <c>id</c>, <c>name</c>, <c>required</c>, <c>type</c>.</summary>
    public required IReadOnlyList<JsonElement> Columns { get; init; }

    /// <summary>The partition spec as in the metadata.</summary>
    public required JsonElement DefaultSpec { get; init; }

    /// <summary>How many specs there are.</summary>
    public required int Specs { get; init; }

    public required bool HasNameMapping { get; init; }
    public required long CurrentSnapshotId { get; init; }
    public required IReadOnlyList<FixtureSnapshot> Snapshots { get; init; }

    /// <summary>Queries: <c>sql</c>, and <c>answer</c>, an array of rows.</summary>
    public required IReadOnlyList<JsonElement> Queries { get; init; }

    /// <summary>The live files.</summary>
    public required IReadOnlyList<JsonElement> Files { get; init; }

    /// <summary>The rows as they are now.</summary>
    public TableRows Rows => Snapshots.Single(snapshot => snapshot.SnapshotId == CurrentSnapshotId).Content;
}
