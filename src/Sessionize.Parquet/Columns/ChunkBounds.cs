namespace Sessionize.Parquet.Columns;

/// <summary>The least and the greatest value of a column in a row group.</summary>
/// <remarks>A long text is cut to a prefix. The prefix of the greatest is below it, so it becomes a bound by <see cref="TextBounds.Above"/> only.</remarks>
/// <param name="Min">The least value, or its prefix.</param>
/// <param name="IsMinExact">Whether it is whole.</param>
/// <param name="Max">The greatest value, or its prefix.</param>
/// <param name="IsMaxExact">Whether it is whole.</param>
internal sealed record ChunkBounds(byte[] Min, bool IsMinExact, byte[] Max, bool IsMaxExact)
{
    /// <summary>A value that is at least the greatest one.</summary>
    /// <returns>The value; none, if there is none as short as the prefix.</returns>
    public byte[]? Upper() => IsMaxExact ? Max : TextBounds.Above(Max);
}
