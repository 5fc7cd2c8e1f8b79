namespace Sessionize.Iceberg.Manifests;

/// <summary>Bytes as a value: equal when all bytes are. Not to be changed.</summary>
/// <param name="Bytes">The bytes.</param>
internal readonly record struct BinaryValue(byte[] Bytes)
{
    /// <inheritdoc/>
    public bool Equals(BinaryValue other) => Bytes.AsSpan().SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }
}
