using System.Globalization;
using Sessionize.State;
using Sessionize.Testing.Harness;

namespace Sessionize.Testing.Contracts;

/// <summary>A fresh place for one check, with the processes that work on it.</summary>
internal sealed class SinkTrial(Func<SessionSinkPlace> newPlace, CancellationToken cancellationToken) : IAsyncDisposable
{
    public const string Pipeline = "contract";

    private readonly SessionSinkPlace _place = newPlace();
    private readonly InMemoryStateFolder _folder = new();
    private readonly List<ISessionSink> _sinks = [];
    private int _versions;

    /// <summary>Another trial, on a place of its own.</summary>
    public SinkTrial Fresh() => new(newPlace, cancellationToken);

    /// <summary>Starts a process, which has not opened its sink yet.</summary>
    public SinkProcess Start(CrashPoint? crash = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ISessionSink sink = _place.Open();
        _sinks.Add(sink);
        ISessionStateStore store = new InMemorySessionStateStore(_folder);
        return crash is null
            ? new SinkProcess(sink, store)
            : new SinkProcess(new CrashingSink(sink, crash), new CrashingStateStore(store, crash));
    }

    /// <summary>Starts a process that can be paused within a commit, if its sink decides by the store's record.</summary>
    public (SinkProcess Process, PausedStateStore Store) StartPausable()
    {
        PausedStateStore store = new(new InMemorySessionStateStore(_folder));
        ISessionSink sink = _place.Open();
        _sinks.Add(sink);
        return (new SinkProcess(sink, store), store);
    }

    /// <summary>Starts a process and opens lanes.</summary>
    public async Task<SinkProcess> OpenAsync(params int[] lanes)
    {
        SinkProcess process = Start();
        await process.OpenAsync(Pipeline, lanes).ConfigureAwait(false);
        return process;
    }

    /// <summary>A lane's step to a version that never existed.</summary>
    public LaneCommit Step(int lane, StateVersion? from, long next = 0) => new(
        new LaneId(lane),
        from,
        new StateVersion($"{next}-{++_versions:x32}"),
        [new PartitionPosition($"topic/{lane}", 12, next, Math.Max(0, next - 3))],
        Watermark: 1_700_000_000_000 + next);

    /// <summary>Lets processes commit at the same time, each a step with a row.</summary>
    public async Task<SinkCommitOutcome[]> RaceAsync(LaneCommit[] steps, Session[] rows)
    {
        List<SinkProcess> processes = [];
        foreach ((LaneCommit step, Session row) in steps.Zip(rows))
        {
            SinkProcess process = await OpenAsync(step.Lane.Number).ConfigureAwait(false);
            await process.AddAsync(row).ConfigureAwait(false);
            processes.Add(process);
        }

        return await Task.WhenAll(processes.Zip(steps, (process, step) => Task.Run(async () =>
        {
            SinkCommitOutcome outcome = await process.DecideAsync(Commit(step)).ConfigureAwait(false);
            if (outcome == SinkCommitOutcome.Refused)
            {
                await process.Sink.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
            }

            return outcome;
        }))).ConfigureAwait(false);
    }

    public static SinkCommit Commit(params LaneCommit[] lanes) => CommitOf(Pipeline, lanes);

    public static SinkCommit CommitOf(string pipeline, params LaneCommit[] lanes) => new(pipeline, Guid.NewGuid(), lanes) { Fingerprint = "rules 1" };

    /// <summary>A session of its own for each number.</summary>
    public static Session Row(int number, int revision = 0)
    {
        const long startMs = 1_700_000_000_000;
        string user = $"user, \"é\" {number}";
        return new Session
        {
            UserId = user,
            SessionId = $"{user}_session_{startMs}_0",
            StartMs = startMs,
            EndMs = startMs + (1000 * revision) + number,
            EventCount = 2 + revision,
            PagesVisited = ["home", "it's a, \"page\""],
            EntryPage = "home",
            PageViewCount = 2,
            EndReason = EndReasons.Inactivity,
            VisitStartMs = startMs,
            Revision = revision,
        };
    }

    public async Task ExpectRowsAsync(params Session[] expected)
    {
        IReadOnlyList<Session> found = await _place.Read(cancellationToken).ConfigureAwait(false);
        string wanted = Describe(expected);
        string there = Describe(found);
        UnexpectedException.ThrowUnless(wanted == there, $"the rows {wanted}", $"the rows {there}");
    }

    /// <summary>What another process is told when it opens lanes 0, 1 and 2.</summary>
    public async Task ExpectLanesAsync(params LaneCommit[] expected)
    {
        IReadOnlyList<LaneCommit> found = await Start().OpenAsync(Pipeline, 0, 1, 2).ConfigureAwait(false);
        ExpectSame(expected, found);
    }

    public static void ExpectSame(IEnumerable<LaneCommit> expected, IEnumerable<LaneCommit> found)
    {
        LaneCommit[] wanted = [.. expected.OrderBy(lane => lane.Lane)];
        LaneCommit[] there = [.. found.OrderBy(lane => lane.Lane)];
        UnexpectedException.ThrowUnless(wanted.SequenceEqual(there), $"OpenAsync gives {Describe(wanted)}", Describe(there));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ISessionSink sink in _sinks)
        {
            await sink.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static string Describe(IEnumerable<Session> rows) => Join(rows
        .Select(row => string.Create(CultureInfo.InvariantCulture, $"<{row.SessionId}> of <{row.UserId}> {row.StartMs}-{row.EndMs} with {row.EventCount} events"))
        .Order(StringComparer.Ordinal));

    private static string Describe(IEnumerable<LaneCommit> lanes) => Join(lanes.Select(lane => string.Create(
        CultureInfo.InvariantCulture,
        $"lane {lane.Lane} {lane.From?.Name ?? "(none)"} → {lane.To} at {string.Join('+', lane.Positions)}, watermark {lane.Watermark}")));

    private static string Join(IEnumerable<string> texts) => string.Join("; ", texts) is { Length: > 0 } all ? all : "(none)";
}
