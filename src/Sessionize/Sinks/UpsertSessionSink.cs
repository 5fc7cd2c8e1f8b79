namespace Sessionize.Sinks;

/// <summary>The base of sinks that write by key and cannot hold positions: a database, an HTTP service. One method is to be written.</summary>
/// <remarks>
/// <para>The state store's commit record decides. It is read before the upserts, and swapped after them: rows arrive at least once, a
/// repetition has the same id, and an upsert by <see cref="Session.SessionId"/> makes it once.</para>
/// <para><b>Contract.</b> <see cref="UpsertAsync"/> returns when the rows are durable; it is called again with all of them after a
/// failure, so nothing may depend on how far it came. Its calls come one after the other.</para>
/// <para><b>What the fence does not stop.</b> A process that lost its lane writes nothing once the record has moved. But one that was
/// paused between its look at the record and its upserts can write rows that others have written meanwhile, and a process that crashes
/// between upserts and swap has written rows that no commit names. The same events give the same rows, so that both do no harm,
/// with two exceptions: a change may be older than the stored row, which is why an upsert must not replace, and a retraction must not
/// delete, a row of a higher <see cref="Session.Revision"/>; and a session that only the clock closed (an idle partition) may be longer, or have another id, when
/// events came between the crash and the restart. Where that matters, write to a sink with a commit of its own.</para>
/// <para>Further sinks (<c>AlsoTo…</c>) and batch runs have no lanes to compare: there it only upserts.</para>
/// </remarks>
/// <example>
/// <code>
/// public sealed class TableSink(MyTable table) : UpsertSessionSink
/// {
///     protected override async ValueTask UpsertAsync(IReadOnlyList&lt;SessionChange&gt; changes, CancellationToken cancellationToken) =>
///         await table.MergeAsync(changes, cancellationToken);
/// }
/// </code>
/// </example>
public abstract class UpsertSessionSink : ISessionSink
{
    private const int MostEarlier = 1000;
    private const int MostSwaps = 100;

    private readonly List<SessionChange> _staged = [];
    private ISessionStateStore? _store;
    private bool _hasSeenRecord;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(opening);
        _store = opening.StateStore;
        if (opening.Lanes.Count == 0)
        {
            return [];
        }

        SinkCommit? record = await ReadAsync(opening.Pipeline, cancellationToken).ConfigureAwait(false);
        return record is null ? [] : [.. record.Lanes.Where(entry => opening.Lanes.Contains(entry.Lane))];
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        _staged.AddRange(changes);
        return default;
    }

    /// <inheritdoc/>
    public async ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        bool isUpserted = false;
        for (int attempt = 0; attempt < MostSwaps; attempt++)
        {
            SinkCommit? record = commit.Lanes.Count == 0 ? null : await ReadAsync(commit.Pipeline, cancellationToken).ConfigureAwait(false);
            if (Holds(record, commit))
            {
                _staged.Clear();
                return SinkCommitOutcome.Committed;
            }

            if (commit.Lanes.Any(lane => Find(record, lane.Lane)?.To != lane.From))
            {
                return SinkCommitOutcome.Refused;
            }

            if (!isUpserted && _staged.Count > 0)
            {
                await UpsertAsync(_staged.AsReadOnly(), cancellationToken).ConfigureAwait(false);
            }

            isUpserted = true;
            if (commit.Lanes.Count == 0 || await Store.WriteCommitAsync(record?.Id, Follow(record, commit), cancellationToken).ConfigureAwait(false))
            {
                _hasSeenRecord |= commit.Lanes.Count > 0;
                _staged.Clear();
                return SinkCommitOutcome.Committed;
            }

            // Another process was faster. Its lanes are others as long as nobody has taken ours: that is looked at again.
        }

        throw new SessionizeException(
            $"The commit record of '{commit.Pipeline}' was changed by others {MostSwaps} times in a row while this process tried to change it. "
            + "Commit less often, or let fewer processes share the pipeline.",
            isTransient: true);
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The record no longer tells: too many commits of others followed. A restart goes on from the record.</exception>
    public async ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        if (commit.Lanes.Count == 0)
        {
            // Nothing records it; the rows are written again.
            return false;
        }

        SinkCommit? record = await ReadAsync(commit.Pipeline, cancellationToken).ConfigureAwait(false);
        if (Holds(record, commit))
        {
            _staged.Clear();
            return true;
        }

        if (record is null || record.Earlier.Count < MostEarlier || commit.Lanes.Any(lane => WasPassedBy(Find(record, lane.Lane), lane)))
        {
            return false;
        }

        throw new SessionizeException(
            $"Whether the commit {commit.Id} of '{commit.Pipeline}' succeeded can no longer be told: more than {MostEarlier} commits followed it. "
            + "Restart the process: it goes on from the last commit.");
    }

    /// <inheritdoc/>
    public ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        _staged.Clear();
        return default;
    }

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return default;
    }

    /// <summary>Writes rows by their key, <see cref="Session.SessionId"/>: replaces or adds the added ones, deletes the retracted ones,
    /// and lets a stored row of a higher <see cref="Session.Revision"/> be: a change that is late, from a process that was paused, is an old one.</summary>
    /// <param name="changes">The changes, in their order; never empty. Not valid after the call.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="Exception">Whatever was thrown, the call is repeated or the pipeline stops.</exception>
    protected abstract ValueTask UpsertAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken);

    private ISessionStateStore Store => _store ?? throw new InvalidOperationException("The sink was not opened: call OpenAsync first.");

    private async ValueTask<SinkCommit?> ReadAsync(string pipeline, CancellationToken cancellationToken)
    {
        SinkCommit? record = await Store.ReadCommitAsync(pipeline, cancellationToken).ConfigureAwait(false);
        if (record is null && _hasSeenRecord)
        {
            // Taken for the first opening of all, this would read everything again.
            throw new SessionizeException(
                $"The commit record of '{pipeline}' was there and is gone. Bring it back, or give the pipeline another name for a fresh start.");
        }

        _hasSeenRecord |= record is not null;
        return record;
    }

    /// <summary>Whether the record is the commit's, or a later one's.</summary>
    private static bool Holds(SinkCommit? record, SinkCommit commit) =>
        record is not null
        && (record.Id == commit.Id || record.Earlier.Contains(commit.Id)
            || commit.Lanes.Any(lane => Find(record, lane.Lane) is { } entry && (entry.To == lane.To || entry.From == lane.To)));

    /// <summary>Whether a lane stands where it would not stand, had it been moved by the commit: where it started from, or where another went from there.</summary>
    private static bool WasPassedBy(LaneCommit? entry, LaneCommit lane) => entry?.To == lane.From || entry?.From == lane.From;

    private static LaneCommit? Find(SinkCommit? record, LaneId lane) => record?.Lanes.FirstOrDefault(entry => entry.Lane == lane);

    private static SinkCommit Follow(SinkCommit? record, SinkCommit commit) => record is null ? commit : commit with
    {
        Lanes = [.. record.Lanes.ExceptBy(commit.Lanes.Select(lane => lane.Lane), entry => entry.Lane).Concat(commit.Lanes).OrderBy(entry => entry.Lane)],
        Earlier = [.. record.Earlier.Append(record.Id).TakeLast(MostEarlier)],
    };
}
