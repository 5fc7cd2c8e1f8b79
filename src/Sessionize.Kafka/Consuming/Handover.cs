namespace Sessionize.Kafka.Consuming;

/// <summary>What the thread that polls Kafka and the one that reads the source hand each other: batches, partitions that come and go, failures.</summary>
/// <remarks>
/// At a handover a batch belongs to one side only: the poller fills one that it rented, gives it here, and it comes back empty.
/// Memory is bounded by the bytes in waiting batches, of which each counts at least as much as an empty one takes.
/// </remarks>
internal sealed class Handover(EventFields retained, int mostBytes)
{
    private const int LeastBatchBytes = 64 * 1024;
    private const int MostFree = 32;

    private readonly Lock _lock = new();
    private readonly Queue<EventBatch> _ready = [];
    private readonly Stack<EventBatch> _free = [];
    private readonly Queue<AssignmentChange> _changes = [];
    private readonly SortedDictionary<string, OwnedPartition> _owned = new(StringComparer.Ordinal);
    private readonly object _poller = new();
    private TaskCompletionSource _news = NewSignal();
    private Arrival? _arrival;
    private AssignmentChange? _leaving;
    private Exception? _failure;
    private int _readyBytes;
    private bool _isCaughtUpTold;
    private bool _isStopped;
    private bool _isPollerWoken;

    /// <summary>Whether the poller has to wait with what it would take next.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                return _readyBytes >= mostBytes;
            }
        }
    }

    public bool IsStopped => Volatile.Read(ref _isStopped);

    /// <summary>The partitions that came and were not looked at yet.</summary>
    public Arrival? Unresolved
    {
        get
        {
            lock (_lock)
            {
                return _arrival is { IsResolved: false } arrival ? arrival : null;
            }
        }
    }

    public IReadOnlyList<OwnedPartition> Owned
    {
        get
        {
            lock (_lock)
            {
                return [.. _owned.Values];
            }
        }
    }

    /// <summary>Hands over what comes next, if anything does.</summary>
    /// <exception cref="Exception">The poller failed.</exception>
    public SourceReadResult? TryRead(EventBatch batch)
    {
        lock (_lock)
        {
            if (_failure is { } failure)
            {
                throw failure;
            }

            if (_changes.Count > 0)
            {
                return SourceReadResult.AssignmentChanged;
            }

            if (TryTakeReady(batch))
            {
                return SourceReadResult.Records;
            }

            if (!_isCaughtUpTold && _arrival is null && _owned.Count > 0 && _owned.Values.All(partition => partition.IsReadToFirstEnd))
            {
                _isCaughtUpTold = true;
                return SourceReadResult.CaughtUp;
            }

            if (_news.Task.IsCompleted)
            {
                _news = NewSignal();
            }

            return null;
        }
    }

    /// <summary>Hands over a batch, if one is what comes next.</summary>
    public bool TryReadReady(EventBatch batch)
    {
        lock (_lock)
        {
            return _failure is null && _changes.Count == 0 && TryTakeReady(batch);
        }
    }

    /// <summary>Waits until there may be something to read, after <see cref="TryRead"/> found nothing.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _news.Task.WaitAsync(cancellationToken);
        }
    }

    public AssignmentChange? TakeChange()
    {
        lock (_lock)
        {
            return _changes.TryDequeue(out AssignmentChange? change) ? change : null;
        }
    }

    /// <summary>What came is known: the reader may open its lanes.</summary>
    public void Resolve(Arrival arrival, IReadOnlyList<OwnedPartition> partitions)
    {
        lock (_lock)
        {
            arrival.Resolve(partitions);
            foreach (OwnedPartition partition in partitions)
            {
                _owned[partition.Source.Name] = partition;
            }

            _changes.Enqueue(new AssignmentChange(AssignmentChangeKind.Assigned, [.. partitions.Select(partition => partition.Source)], TimeSpan.Zero));
        }
    }

    /// <summary>Says where a partition goes on.</summary>
    /// <returns>The partition, if it is read already and has to be brought there; <see langword="null"/> if it waited for this, or is not ours.</returns>
    public OwnedPartition? Seek(string partition, long position)
    {
        lock (_lock)
        {
            if (!_owned.TryGetValue(partition, out OwnedPartition? owned))
            {
                return null;
            }

            Discard(source => source == partition);
            bool isRead = _arrival?.Partitions.Contains(owned) != true;
            (owned.Position, owned.Reached, _isCaughtUpTold) = (position, position, false);
            WakePoller();
            return isRead ? owned : null;
        }
    }

    public void Release(AssignmentChange revoked)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_leaving, revoked))
            {
                _leaving = null;
                WakePoller();
            }
        }
    }

    public void SetEnd(OwnedPartition partition, PartitionEnd end)
    {
        lock (_lock)
        {
            partition.End = end;
        }
    }

    public PartitionEnd? EndOf(string partition)
    {
        lock (_lock)
        {
            return _owned.TryGetValue(partition, out OwnedPartition? owned) ? owned.End : null;
        }
    }

    /// <summary>Ends both sides' waiting.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            Announce();
            WakePoller();
        }
    }

    public EventBatch Rent()
    {
        lock (_lock)
        {
            return _free.TryPop(out EventBatch? batch) ? batch : new EventBatch(retained);
        }
    }

    /// <summary>Takes a filled batch of a partition, with which everything below its next position is handed over.</summary>
    public void Add(EventBatch batch, OwnedPartition partition)
    {
        lock (_lock)
        {
            _ready.Enqueue(batch);
            _readyBytes += Weight(batch);
            partition.Reached = Math.Max(partition.Reached, batch.Next);
            Announce();
        }
    }

    /// <summary>Partitions came: waits until it is known where each of them starts.</summary>
    /// <param name="arrival">The partitions.</param>
    /// <param name="whileWaiting">Is called now and then.</param>
    /// <returns>Whether that is known; else all has stopped.</returns>
    public bool Arrive(Arrival arrival, Action whileWaiting)
    {
        lock (_lock)
        {
            (_arrival, _isCaughtUpTold) = (arrival, false);
            Announce();
        }

        bool isDone = WaitUntil(() => arrival.IsPositioned, Timeout.InfiniteTimeSpan, whileWaiting);
        lock (_lock)
        {
            _arrival = null;
            Announce();
        }

        return isDone;
    }

    /// <summary>Partitions are to leave: drops what of them waits, and waits until the reader has let them go.</summary>
    /// <returns>Whether it has in time.</returns>
    public bool Leave(IReadOnlyList<OwnedPartition> partitions, TimeSpan patience, Action whileWaiting)
    {
        AssignmentChange change = new(AssignmentChangeKind.Revoked, [.. partitions.Select(partition => partition.Source)], patience);
        lock (_lock)
        {
            _leaving = change;
            Remove(partitions, change);
        }

        return WaitUntil(() => !ReferenceEquals(_leaving, change), patience, whileWaiting);
    }

    /// <summary>Partitions may be others' already: drops what of them waits.</summary>
    public void Lose(IReadOnlyList<OwnedPartition> partitions)
    {
        lock (_lock)
        {
            Remove(partitions, new AssignmentChange(AssignmentChangeKind.Lost, [.. partitions.Select(partition => partition.Source)], TimeSpan.Zero));
        }
    }

    public void Fail(Exception failure)
    {
        lock (_lock)
        {
            _failure ??= failure;
            Announce();
        }
    }

    /// <summary>Makes the poller wait for something to happen here.</summary>
    public void WaitForPoller(TimeSpan time)
    {
        lock (_poller)
        {
            if (!_isPollerWoken)
            {
                Monitor.Wait(_poller, time);
            }

            _isPollerWoken = false;
        }
    }

    /// <summary>Ends the poller's waiting.</summary>
    public void WakePoller()
    {
        lock (_poller)
        {
            _isPollerWoken = true;
            Monitor.Pulse(_poller);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static int Weight(EventBatch batch) => Math.Max(batch.Bytes, LeastBatchBytes);

    private bool TryTakeReady(EventBatch batch)
    {
        if (!_ready.TryDequeue(out EventBatch? filled))
        {
            return false;
        }

        _readyBytes -= Weight(filled);
        batch.ExchangeWith(filled);
        Recycle(filled);
        WakePoller();
        return true;
    }

    private void Recycle(EventBatch batch)
    {
        if (_free.Count < MostFree)
        {
            _free.Push(batch);
        }
    }

    private void Announce() => _news.TrySetResult();

    private void Remove(IReadOnlyList<OwnedPartition> partitions, AssignmentChange change)
    {
        HashSet<string> names = [.. partitions.Select(partition => partition.Source.Name)];
        foreach (string name in names)
        {
            _owned.Remove(name);
        }

        Discard(names.Contains);
        _isCaughtUpTold = false;
        _changes.Enqueue(change);
        Announce();
    }

    private void Discard(Func<string, bool> isMeant)
    {
        for (int waiting = _ready.Count; waiting > 0; waiting--)
        {
            EventBatch batch = _ready.Dequeue();
            if (isMeant(batch.Partition))
            {
                _readyBytes -= Weight(batch);
                Recycle(batch);
            }
            else
            {
                _ready.Enqueue(batch);
            }
        }
    }

    private bool WaitUntil(Func<bool> isTrue, TimeSpan patience, Action whileWaiting)
    {
        TimeSpan step = TimeSpan.FromMilliseconds(50);
        long start = Environment.TickCount64;
        while (true)
        {
            lock (_lock)
            {
                if (isTrue())
                {
                    return true;
                }
            }

            if (IsStopped || (patience != Timeout.InfiniteTimeSpan && Environment.TickCount64 - start >= patience.TotalMilliseconds))
            {
                return false;
            }

            whileWaiting();
            WaitForPoller(step);
        }
    }
}
