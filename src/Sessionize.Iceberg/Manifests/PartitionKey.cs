namespace Sessionize.Iceberg.Manifests;

/// <summary>A partition: one value of each field of a spec, in order. Immutable; equal when all values are.</summary>
/// <remarks>
/// A value is of the type that the field's transform gives: <see cref="int"/> (int, date, and year to hour), <see cref="long"/> (long, time and
/// timestamps in microseconds), <see cref="bool"/>, <see cref="float"/>, <see cref="double"/>, <see cref="string"/>, <see cref="Guid"/>, a
/// <see cref="BinaryValue"/>, an <see cref="Int128"/> (unscaled decimal), or <see langword="null"/>.
/// </remarks>
internal sealed class PartitionKey(IReadOnlyList<object?> values) : IEquatable<PartitionKey>
{
    /// <summary>The partition of a table without any.</summary>
    public static PartitionKey None { get; } = new([]);

    /// <summary>The values.</summary>
    public IReadOnlyList<object?> Values { get; } = values;

    /// <inheritdoc/>
    public bool Equals(PartitionKey? other) => other is not null && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PartitionKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (object? value in Values)
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }
}
