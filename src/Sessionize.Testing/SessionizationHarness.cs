using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Engine;
using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.State;
using Sessionize.Testing.Harness;

namespace Sessionize.Testing;

/// <summary>Runs a definition's rules and settings in memory, on a virtual clock: the streaming engine as it is, with its commits, crashes and moving lanes.</summary>
/// <remarks>
/// <para>Events go to a log that survives crashes, as a topic does, one partition a lane. When a call returns, everything that could close
/// has closed: nothing sleeps and nothing times out. The definition's own source, sink, store and dead letters are not used.</para>
/// <para>What it does not simulate: time that passes during a call, and other people's writes to the same sink.</para>
/// <para>Not thread-safe.</para>
/// </remarks>
public sealed class SessionizationHarness
{
    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private readonly PipelinePlan _plan;
    private readonly EventLog _log;
    private readonly EventBatch _batch;
    private readonly InMemorySessionTable _table = new();
    private readonly InMemoryStateFolder _folder;
    private readonly InMemoryDeadLetterSink _deadLetters = new();
    private readonly VirtualClock _clock = new();
    private readonly TimeSpan _interval;
    private readonly List<SimulatedProcess> _processes = [];
    private readonly List<SessionChange> _closed = [];
    private DateTimeOffset _lastTrigger;

    /// <summary>Opens a definition on a number of lanes.</summary>
    /// <param name="definition">The definition; its rules, options and trigger are used.</param>
    /// <param name="lanes">The number of lanes; events go to them by a hash of their user.</param>
    /// <exception cref="SessionizationConfigurationException">The definition has mistakes; the message lists all of them.</exception>
    public SessionizationHarness(SessionizationDefinition definition, int lanes = 1)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        _plan = new PipelinePlan(definition, isStreaming: true);
        _interval = definition.Trigger.Every;
        _log = new EventLog(lanes);
        _batch = new EventBatch(_plan.Rules.Retained);
        _folder = new InMemoryStateFolder(_clock);
        _lastTrigger = _clock.GetUtcNow();
        Restart();
    }

    /// <summary>The committed sessions, as the sink holds them.</summary>
    public IReadOnlyList<Session> Committed => _table.Sessions;

    /// <summary>Every session as it closed, before its commit; after a crash some stand here again.</summary>
    public IReadOnlyList<SessionChange> Closed => _closed;

    /// <summary>The number of commits.</summary>
    public int Commits => _table.Commits.Count;

    /// <summary>The late events, each once, in the order of their lanes and positions.</summary>
    public IReadOnlyList<ClickstreamEvent> LateEvents =>
    [
        .. _deadLetters.Letters.Where(letter => letter.Reason == DeadLetter.LateReason)
            .Select(letter => (Lane: EventLog.LaneOf(letter.Source), letter.Position)).Distinct().Order()
            .Select(late => _log[late.Lane, late.Position]),
    ];

    /// <summary>The bad events, each once, by their reason, in the order of their lanes and positions.</summary>
    public IReadOnlyList<(ClickstreamEvent Event, string Reason)> BadEvents =>
    [
        .. _deadLetters.Letters.Where(letter => letter.Reason != DeadLetter.LateReason)
            .Select(letter => (Lane: EventLog.LaneOf(letter.Source), letter.Position, letter.Reason)).Distinct().Order()
            .Select(bad => (_log[bad.Lane, bad.Position], bad.Reason)),
    ];

    /// <summary>The time on the virtual clock; 2024-01-01 at first.</summary>
    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Whether the processes are down, after <see cref="Crash"/> or a crash that was asked for with <see cref="CrashAt"/>.</summary>
    public bool IsDown => _processes.Count == 0;

    /// <summary>The watermark of a lane, in milliseconds since the Unix epoch; <see cref="long.MinValue"/> before its first event.</summary>
    /// <param name="lane">The lane's number.</param>
    /// <returns>The watermark.</returns>
    /// <exception cref="InvalidOperationException">The processes are down.</exception>
    public long WatermarkOf(int lane) => OwnerOf(lane).LaneOf(lane).Watermark;

    /// <summary>The lane that a user's events go to.</summary>
    /// <param name="userId">The user.</param>
    /// <returns>The lane's number.</returns>
    public int LaneOf(string? userId) => _log.LaneOfUser(userId);

    /// <summary>Sends events as one micro-batch, in the order of their arrival, each to the lane of its user.</summary>
    /// <param name="events">The events. While the processes are down they wait in the log.</param>
    public void Send(params IEnumerable<ClickstreamEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        SortedSet<int> lanes = [];
        foreach (ClickstreamEvent e in events)
        {
            int lane = LaneOf(e.UserId);
            _log.Append(lane, e);
            lanes.Add(lane);
        }

        foreach (int lane in lanes.Where(_ => !IsDown))
        {
            Read(OwnerOf(lane), lane);
        }
    }

    /// <summary>Sends an event to a lane, whatever its user.</summary>
    /// <param name="lane">The lane's number.</param>
    /// <param name="e">The event.</param>
    public void SendTo(int lane, ClickstreamEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        _log.Append(lane, e);
        if (!IsDown)
        {
            Read(OwnerOf(lane), lane);
        }
    }

    /// <summary>Moves the virtual clock: idle lanes close what is due, and a commit follows when its interval has passed.</summary>
    /// <param name="by">By how much.</param>
    public void AdvanceTime(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);

        // In steps no longer than an answer to "where does the partition end" is good for, so that idleness is not interrupted.
        TimeSpan step = TimeSpan.FromSeconds(5);
        while (by > TimeSpan.Zero)
        {
            TimeSpan next = by < step ? by : step;
            _clock.Advance(next);
            by -= next;
            foreach (SimulatedProcess process in _processes)
            {
                _closed.AddRange(process.Engine.AdvanceIdle(EndOf));
            }

            if (_clock.GetUtcNow() - _lastTrigger >= _interval)
            {
                _lastTrigger = _clock.GetUtcNow();
                Commit(force: false);
            }
        }
    }

    /// <summary>Promises that no further event has an earlier time, on every lane.</summary>
    /// <param name="watermarkMs">The time, in milliseconds since the Unix epoch.</param>
    public void AdvanceWatermark(long watermarkMs)
    {
        foreach (SimulatedProcess process in _processes)
        {
            _closed.AddRange(process.Engine.AdvanceTo(watermarkMs));
        }
    }

    /// <summary>Commits what there is, as the trigger would.</summary>
    public void Commit() => Commit(force: true);

    /// <summary>All processes end without a word: what was not committed is gone, but for the log.</summary>
    public void Crash() => _processes.Clear();

    /// <summary>Asks for a crash within the commits to come.</summary>
    /// <param name="step">
    /// How many steps from now. A step lies before and behind each call to sink, store and dead letters, so that every point between two
    /// steps of the protocol is met by some number; a number beyond the end of the next commits crashes nothing yet.
    /// </param>
    public void CrashAt(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        foreach (SimulatedProcess process in _processes)
        {
            process.Crash.At(step);
        }
    }

    /// <summary>A process opens all lanes, from their last commit; it reads what the log has.</summary>
    /// <exception cref="InvalidOperationException">The processes are up.</exception>
    public void Restart()
    {
        if (!IsDown)
        {
            throw new InvalidOperationException("The processes are up: Crash first, or MoveLane.");
        }

        Open(_log.Lanes);
    }

    /// <summary>A lane moves to another process: the owner commits and lets it go, the other one opens it from there.</summary>
    /// <param name="lane">The lane's number.</param>
    public void MoveLane(int lane)
    {
        SimulatedProcess owner = OwnerOf(lane);
        Commit(force: true);
        if (!_processes.Contains(owner))
        {
            return;
        }

        owner.Engine.Drop([new LaneId(lane)]);
        owner.Owned.Remove(lane);
        OpenElsewhere(owner, lane);
    }

    /// <summary>A lane is lost: another process opens it while its owner has not heard of it yet, and goes on as a zombie.</summary>
    /// <param name="lane">The lane's number.</param>
    public void StealLane(int lane)
    {
        SimulatedProcess owner = OwnerOf(lane);
        owner.Owned.Remove(lane);
        OpenElsewhere(owner, lane);
    }

    /// <summary>Ends the input: all sessions close and are committed; crashes that were asked for are got over by restarts.</summary>
    /// <param name="endTimeMs">T of semantics section 2; <see langword="null"/>: the highest event time in the log that is not bad.</param>
    /// <returns>The committed sessions.</returns>
    public IReadOnlyList<Session> Complete(long? endTimeMs = null)
    {
        do
        {
            if (IsDown)
            {
                Restart();
            }

            // A zombie has heard by now that its lanes are others': it has not read them to their end, so it may not end them.
            foreach (SimulatedProcess process in _processes)
            {
                process.Engine.Drop([.. process.Engine.Lanes.Select(lane => lane.Id).Where(lane => !process.Owned.Contains(lane.Number))]);
            }

            // Every lane is given the same T, as several processes have to be.
            long? end = endTimeMs ?? _processes.SelectMany(process => process.Engine.Lanes).Max(lane => lane.HighestEventMs);
            foreach (SimulatedProcess process in _processes)
            {
                _closed.AddRange(process.Engine.CloseAll(end));
            }

            Commit(force: true);
        }
        while (IsDown || _processes.Any(process => process.Engine.Lanes.Any(lane => lane.HasChanged)));

        return Committed;
    }

    private void Commit(bool force)
    {
        foreach (SimulatedProcess process in _processes.ToArray())
        {
            try
            {
                Commit(process, force);
            }
            catch (SimulatedCrashException)
            {
                // A crash takes all down, as a deployment would: the lanes of the others are in doubt as well.
                Crash();
                return;
            }
        }
    }

    private void Commit(SimulatedProcess process, bool force)
    {
        if (process.Engine.BeginCommit(force) is not { } barrier || Wait(process.Engine.CommitAsync(barrier, default)))
        {
            return;
        }

        int[] refused = [.. barrier.Commit.Lanes.Select(lane => lane.Lane.Number)];
        process.Engine.Drop(refused.Select(lane => new LaneId(lane)));
        int[] owned = [.. refused.Where(process.Owned.Contains)];
        if (owned.Length > 0)
        {
            process.Positions.Update(Wait(process.Engine.ReloadAsync(_log.Partitions(owned), default)));
            foreach (int lane in owned)
            {
                Read(process, lane);
            }
        }
    }

    private void OpenElsewhere(SimulatedProcess owner, int lane)
    {
        if (_processes.FirstOrDefault(process => process != owner) is { } other)
        {
            Open(other, [lane]);
        }
        else
        {
            Open([lane]);
        }
    }

    private void Open(IReadOnlyList<int> lanes)
    {
        CrashPoint crash = new();
        StreamingEngine engine = new(
            _plan,
            new CrashingSink(new InMemorySessionSink(_table), crash),
            [],
            new CrashingStateStore(new InMemorySessionStateStore(_folder), crash),
            new CrashingDeadLetterSink(_deadLetters, crash),
            _clock,
            NullLogger.Instance);
        SimulatedProcess process = new(engine, crash);
        _processes.Add(process);
        Open(process, lanes);
    }

    private void Open(SimulatedProcess process, IReadOnlyList<int> lanes)
    {
        try
        {
            process.Positions.Update(Wait(process.Engine.OpenAsync(_log.Partitions(lanes), default)));
        }
        catch (SimulatedCrashException)
        {
            Crash();
            return;
        }

        process.Owned.UnionWith(lanes);
        foreach (int lane in lanes)
        {
            Read(process, lane);
        }
    }

    private void Read(SimulatedProcess process, int lane)
    {
        string partition = EventLog.NameOf(lane);
        _batch.Begin(partition);
        for (long position = process.Positions[partition]; position < _log.EndOf(lane); position++)
        {
            _batch.AddItem(new RecordOrigin(position), _log[lane, position], s_mapper);
            process.Positions[partition] = position + 1;
        }

        if (_batch.Count > 0)
        {
            _closed.AddRange(process.Engine.Take(_batch));
            if (process.Engine.TakeRebuilt() is { } positions)
            {
                process.Positions.Update(positions);
                Read(process, lane);
            }
        }
    }

    private SimulatedProcess OwnerOf(int lane) => _processes.FirstOrDefault(process => process.Owned.Contains(lane))
        ?? throw new InvalidOperationException($"No process owns lane {lane}: the processes are down, or there is no such lane.");

    private PartitionEnd? EndOf(string partition) =>
        new(_log.EndOf(EventLog.LaneOf(partition)), _clock.GetUtcNow().ToUnixTimeMilliseconds());

    // Everything is in memory, so every call has completed when it returns.
    private static T Wait<T>(ValueTask<T> call) => call.AsTask().GetAwaiter().GetResult();
}
