using System.Text.Json;

namespace Sessionize.Iceberg.Metadata;

/// <summary>The state of a table after a commit. Immutable.</summary>
internal sealed record Snapshot
{
    /// <summary>The id, unique in the table.</summary>
    public required long Id { get; init; }

    /// <summary>The snapshot that it followed; none of the first.</summary>
    public long? ParentId { get; init; }

    /// <summary>The number of the commit; 0 in tables of format version 1.</summary>
    public long SequenceNumber { get; init; }

    /// <summary>When it was made, in milliseconds since the Unix epoch, by the writer's clock.</summary>
    public required long TimestampMs { get; init; }

    /// <summary>Where its manifest list lies; <see langword="null"/> in old tables of version 1, which name <see cref="Manifests"/>.</summary>
    public string? ManifestList { get; init; }

    /// <summary>In old tables of version 1 where the manifests lie.</summary>
    public IReadOnlyList<string> Manifests { get; init; } = [];

    /// <summary>The operation (<c>append</c>, <c>replace</c>, <c>overwrite</c>, <c>delete</c>), counts, and what writers say of themselves.</summary>
    public required IReadOnlyDictionary<string, string> Summary { get; init; }

    /// <summary>The schema that was current.</summary>
    public int? SchemaId { get; init; }

    /// <summary>What this program does not know, kept as it is.</summary>
    public IReadOnlyDictionary<string, JsonElement> Others { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>What the commit did.</summary>
    public string Operation => Summary.GetValueOrDefault("operation") ?? "overwrite";
}
