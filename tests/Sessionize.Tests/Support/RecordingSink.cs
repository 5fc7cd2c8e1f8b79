using System.Threading.Channels;
using Xunit;

namespace Sessionize.Tests.Support;

/// <summary>A deciding sink that shows its commits to a test, and lets the test hold one up.</summary>
internal sealed class RecordingSink : ISessionSink
{
    private readonly Channel<SinkCommit> _commits = Channel.CreateUnbounded<SinkCommit>();
    private readonly List<SessionChange> _staged = [];
    private readonly List<Session> _sessions = [];

    /// <summary>What was committed.</summary>
    public IReadOnlyList<Session> Sessions
    {
        get
        {
            lock (_sessions)
            {
                return [.. _sessions];
            }
        }
    }

    /// <summary>Is awaited in each commit.</summary>
    public Func<CancellationToken, Task> OnCommit { get; set; } = _ => Task.CompletedTask;

    /// <summary>What commits come to, behind <see cref="OnCommit"/>.</summary>
    public SinkCommitOutcome Outcome { get; set; } = SinkCommitOutcome.Committed;

    public bool IsDisposed { get; private set; }

    /// <summary>Waits for the next commit that was not waited for yet.</summary>
    public ValueTask<SinkCommit> NextCommitAsync() => _commits.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) => new([]);

    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        _staged.AddRange(changes);
        return default;
    }

    public async ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        await OnCommit(cancellationToken);
        if (Outcome == SinkCommitOutcome.Refused)
        {
            return SinkCommitOutcome.Refused;
        }

        lock (_sessions)
        {
            _sessions.AddRange(_staged.Select(change => change.Session));
        }

        _staged.Clear();
        _commits.Writer.TryWrite(commit);
        return SinkCommitOutcome.Committed;
    }

    public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken) => new(false);

    public ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        _staged.Clear();
        return default;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }
}
