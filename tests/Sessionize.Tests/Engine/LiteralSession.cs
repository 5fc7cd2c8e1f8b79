namespace Sessionize.Tests.Engine;

/// <summary>A session of <see cref="LiteralPasses"/>, and what <see cref="LatenessModel"/> asks about it.</summary>
/// <param name="Visit">All events of its visit.</param>
/// <param name="Events">Its own events.</param>
/// <param name="Next">The user's event behind it, or <see langword="null"/>.</param>
/// <param name="Cause">Why and when it ends.</param>
internal sealed record LiteralSession(
    List<ClickstreamEvent> Visit, List<ClickstreamEvent> Events, ClickstreamEvent? Next, (long TimeMs, LiteralCauseKind Kind, int Rank, string Reason) Cause)
{
    public override string ToString() => Describe(Events[0].UserId!, Events[0].TimestampMs, Events[^1].TimestampMs, Events.Count, Cause.Reason);

    public static string Describe(Session session) =>
        Describe(session.UserId, session.StartMs, session.EndMs, session.EventCount, session.EndReason);

    private static string Describe(string user, long startMs, long endMs, long events, string reason) =>
        FormattableString.Invariant($"{user} {startMs}..{endMs} events={events} {reason}");
}
