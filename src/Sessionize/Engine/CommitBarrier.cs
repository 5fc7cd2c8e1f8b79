namespace Sessionize.Engine;

/// <summary>Positions, closed sessions and state changes of some lanes, as of one point (design section 5). Intake goes on behind it.</summary>
internal sealed record CommitBarrier(
    SinkCommit Commit,
    IReadOnlyList<SessionChange> Closed,
    IReadOnlyList<DeadLetter> DeadLetters,
    IReadOnlyList<CommitBarrier.LaneState> States)
{
    /// <summary>One lane's state as of the barrier. Its content is the lane's memory, which the lane's next barrier uses again: one commit of a lane at a time.</summary>
    internal sealed record LaneState(LaneId Lane, StateVersion Version, StateVersion? BasedOn, ReadOnlyMemory<byte> Content);
}
