using System.Collections.Concurrent;
using Sessionize.Sinks;

namespace Sessionize.Tests.Sinks;

/// <summary>The simplest sink that writes by key.</summary>
internal sealed class DictionarySink(ConcurrentDictionary<string, Session> table) : UpsertSessionSink
{
    /// <summary>Is called before the rows are written.</summary>
    public Action? OnUpsert { get; set; }

    protected override ValueTask UpsertAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        OnUpsert?.Invoke();
        foreach (SessionChange change in changes)
        {
            if (change.Kind == SessionChangeKind.Added)
            {
                table[change.Session.SessionId] = change.Session;
            }
            else
            {
                table.TryRemove(change.Session.SessionId, out _);
            }
        }

        return default;
    }
}
