using System.Text;

namespace Sessionize.Testing;

/// <summary>Events and the sessions that they make, as short text: <c>user-001: 0 5 10 | 45 50 55</c>.</summary>
/// <remarks>
/// <para>A line a user, events separated by spaces, sessions by <c>|</c>. A time is in minutes after the origin; other units are named,
/// and a second part lies beside the first: <c>90s</c>, <c>2h</c>, <c>1500ms</c>, <c>30+1ms</c>, <c>30-1ms</c>. A page follows
/// behind a colon, an event id behind <c>#</c>, fields in braces: <c>10:logout#e7{utm.campaign=spring}</c>. Characters with a
/// meaning, spaces, and what is not ASCII stand percent-encoded (<c>%20</c>) when written. Empty lines are skipped.</para>
/// <para>Immutable.</para>
/// </remarks>
public sealed class Timeline
{
    private readonly (string User, ClickstreamEvent[][] Sessions)[] _lines;

    private Timeline((string User, ClickstreamEvent[][] Sessions)[] lines, DateTimeOffset origin)
    {
        _lines = lines;
        Origin = origin;
    }

    /// <summary>The origin unless another one is given: 2024-01-01T00:00:00Z.</summary>
    public static DateTimeOffset DefaultOrigin { get; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The time of minute 0.</summary>
    public DateTimeOffset Origin { get; }

    /// <summary>All events, in the order of time; of equal times, in the order of the text.</summary>
    public IReadOnlyList<ClickstreamEvent> Events => [.. Sessions.SelectMany(session => session).OrderBy(e => e.TimestampMs)];

    /// <summary>The events of each session, in the order of the text.</summary>
    public IReadOnlyList<IReadOnlyList<ClickstreamEvent>> Sessions => [.. _lines.SelectMany(line => line.Sessions)];

    /// <summary>Reads a timeline.</summary>
    /// <param name="text">The text.</param>
    /// <param name="origin">The time of minute 0; <see langword="null"/>: <see cref="DefaultOrigin"/>.</param>
    /// <returns>The timeline.</returns>
    /// <exception cref="FormatException">The text is no timeline; the message says where and what is expected.</exception>
    public static Timeline Parse(string text, DateTimeOffset? origin = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        DateTimeOffset zero = origin ?? DefaultOrigin;
        List<(string, ClickstreamEvent[][])> lines = [];
        string[] all = text.Split('\n');
        for (int i = 0; i < all.Length; i++)
        {
            try
            {
                if (!string.IsNullOrWhiteSpace(all[i]))
                {
                    lines.Add(ParseLine(all[i].Trim(), zero));
                }
            }
            catch (FormatException e)
            {
                throw new FormatException($"Line {i + 1} of the timeline: {e.Message}", e);
            }
        }

        return new Timeline([.. lines], zero);
    }

    /// <summary>The timeline of events and the sessions that were made of them.</summary>
    /// <param name="events">The events.</param>
    /// <param name="sessions">Their sessions.</param>
    /// <param name="origin">The time of minute 0; <see langword="null"/>: <see cref="DefaultOrigin"/>.</param>
    /// <returns>The timeline; users in the order of their first event.</returns>
    /// <exception cref="ArgumentException">The sessions of a user have more or fewer events than there are.</exception>
    public static Timeline Of(IEnumerable<ClickstreamEvent> events, IEnumerable<Session> sessions, DateTimeOffset? origin = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(sessions);
        ILookup<string, Session> byUser = sessions.ToLookup(session => session.UserId, StringComparer.Ordinal);
        return new Timeline(
            [.. events.GroupBy(e => e.UserId ?? "", StringComparer.Ordinal).Select(user => (user.Key, Cut(user.Key, SessionOracle.Order(user), byUser[user.Key])))],
            origin ?? DefaultOrigin);
    }

    /// <summary>The timeline of events that nothing has cut yet.</summary>
    /// <param name="events">The events.</param>
    /// <param name="origin">The time of minute 0; <see langword="null"/>: <see cref="DefaultOrigin"/>.</param>
    /// <returns>The timeline; users in the order of their first event.</returns>
    public static Timeline Of(IEnumerable<ClickstreamEvent> events, DateTimeOffset? origin = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        return new Timeline(
            [.. events.GroupBy(e => e.UserId ?? "", StringComparer.Ordinal).Select(user => (user.Key, new[] { SessionOracle.Order(user) }))],
            origin ?? DefaultOrigin);
    }

    /// <summary>The text; reading it gives the same timeline.</summary>
    /// <returns>A line a user, without a line end behind the last.</returns>
    public override string ToString() => string.Join("\n", _lines.Select(line =>
        $"{Uri.EscapeDataString(line.User)}: {string.Join(" | ", line.Sessions.Select(session => string.Join(' ', session.Select(e => TimelineToken.Write(e, Origin)))))}"));

    private static (string User, ClickstreamEvent[][] Sessions) ParseLine(string line, DateTimeOffset origin)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || line.AsSpan(0, colon).Contains(' '))
        {
            throw new FormatException($"'{line}' does not begin with a user and a colon, such as 'user-001: 0 5 | 45'.");
        }

        string user = Uri.UnescapeDataString(line[..colon]);
        return (user, [.. line[(colon + 1)..].Split('|').Select(session => ParseSession(user, session, origin))]);
    }

    private static ClickstreamEvent[] ParseSession(string user, string session, DateTimeOffset origin)
    {
        string[] tokens = session.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
        return tokens.Length > 0
            ? [.. tokens.Select(token => TimelineToken.Read(user, token, origin))]
            : throw new FormatException($"the user '{user}' has a session without events: write at least one time on each side of '|'.");
    }

    private static ClickstreamEvent[][] Cut(string user, ClickstreamEvent[] events, IEnumerable<Session> sessions)
    {
        List<ClickstreamEvent[]> cut = [];
        int next = 0;
        foreach (Session session in sessions.OrderBy(session => session.StartMs).ThenBy(session => session.EndMs)
            .ThenBy(session => session.SessionIndex).ThenBy(session => session.SessionId, StringComparer.Ordinal))
        {
            int end = next + (int)session.EventCount;
            if (end > events.Length)
            {
                break;
            }

            cut.Add(events[next..end]);
            next = end;
        }

        return next == events.Length && cut.Count == sessions.Count()
            ? [.. cut]
            : throw new ArgumentException($"The sessions of the user '{user}' have {sessions.Sum(session => session.EventCount)} events, but {events.Length} events were given: give all events of the sessions and no others.", nameof(sessions));
    }
}
