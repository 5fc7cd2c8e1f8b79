using Sessionize;

namespace SqliteSink;

/// <summary>The sink in a process that dies at the worst moment: its rows are in the table, and the commit that counts them is not made.</summary>
public sealed class PowerCut(string database) : SqliteSessionSink(database)
{
    protected override async ValueTask UpsertAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        await base.UpsertAsync(changes, cancellationToken);
        throw new SessionizeException($"The power is cut behind {changes.Count} rows.");
    }
}
