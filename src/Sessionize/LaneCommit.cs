namespace Sessionize;

/// <summary>One lane's step in a commit: from which state version to which.</summary>
/// <remarks>Equal when all parts are equal, the positions in their order.</remarks>
/// <param name="Lane">The lane.</param>
/// <param name="From">The version that the commit starts from; <see langword="null"/>: the lane may have no recorded version.</param>
/// <param name="To">The version that it goes to.</param>
/// <param name="Positions">Where each partition of the lane goes on.</param>
/// <param name="Watermark">The lane's watermark, in milliseconds since the Unix epoch.</param>
public sealed record LaneCommit(LaneId Lane, StateVersion? From, StateVersion To, IReadOnlyList<PartitionPosition> Positions, long Watermark)
{
    /// <inheritdoc/>
    public bool Equals(LaneCommit? other) =>
        other is not null && Lane == other.Lane && From == other.From && To == other.To
        && Watermark == other.Watermark && Positions.SequenceEqual(other.Positions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Lane, From, To, Watermark);
}
