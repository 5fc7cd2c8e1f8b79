using System.Collections.Concurrent;
using Sessionize.Sinks;

namespace Sessionize.Tests.Sinks;

/// <summary>The simplest sink that writes by key.</summary>
internal sealed class DictionarySink(ConcurrentDictionary<string, Session> table) : UpsertSessionSink
{
    /// <summary>Is called before the rows are written.</summary>
    public Action? OnUpsert { get; set; }

    /// <summary>Whether a row takes the place of one of a higher revision, which is wrong.</summary>
    public bool ReplacesNewer { get; init; }

    /// <summary>Whether a retraction deletes a row of a higher revision, which is wrong.</summary>
    public bool DeletesNewer { get; init; }

    protected override ValueTask UpsertAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        OnUpsert?.Invoke();
        foreach ((SessionChangeKind kind, Session session) in changes)
        {
            bool isOld = table.TryGetValue(session.SessionId, out Session? stored) && stored.Revision > session.Revision;
            if (kind == SessionChangeKind.Added && (!isOld || ReplacesNewer))
            {
                table[session.SessionId] = session;
            }
            else if (kind == SessionChangeKind.Retracted && (!isOld || DeletesNewer))
            {
                table.TryRemove(session.SessionId, out _);
            }
        }

        return default;
    }
}
