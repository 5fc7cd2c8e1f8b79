namespace Sessionize.Iceberg.Manifests;

/// <summary>A type of an Avro schema. A record may contain itself.</summary>
/// <param name="kind">The kind.</param>
internal sealed class AvroType(AvroKind kind)
{
    /// <summary>The kind.</summary>
    public AvroKind Kind { get; } = kind;

    /// <summary>Of a fixed type the bytes.</summary>
    public int Length { get; init; }

    /// <summary>Of a record the fields.</summary>
    public IReadOnlyList<AvroField> Fields { get; set; } = [];

    /// <summary>Of a union the branches; of an array or map the one type of its items.</summary>
    public IReadOnlyList<AvroType> Items { get; set; } = [];
}
