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
    /// <summary>
    /// What rebuilding the lane's state needs beside the records: the checksum by which the rebuilt state is proved to be this one, and what the wall clock
    /// decided. Of the engine's making, some 100 to 500 ASCII characters; a sink records it and gives it back as it is.
    /// </summary>
    /// <value><see langword="null"/> by default, as in what older versions recorded: then the state cannot be rebuilt.</value>
    public string? Replay { get; init; }

    /// <inheritdoc/>
    public bool Equals(LaneCommit? other) =>
        other is not null && Lane == other.Lane && From == other.From && To == other.To
        && Watermark == other.Watermark && Replay == other.Replay && Positions.SequenceEqual(other.Positions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Lane, From, To, Watermark, Replay);
}
