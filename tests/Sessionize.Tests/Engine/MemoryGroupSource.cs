using System.Collections.Concurrent;
using Sessionize.Sources;

namespace Sessionize.Tests.Engine;

/// <summary>One member of a <see cref="MemoryGroup"/>.</summary>
internal sealed class MemoryGroupSource(MemoryGroup group) : IGroupEventSource, IReadAheadSource
{
    private const int MostRecordsPerRead = 7;

    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private readonly ConcurrentQueue<AssignmentChange> _changes = new();
    private readonly ConcurrentDictionary<AssignmentChange, TaskCompletionSource> _releases = new();
    private readonly Dictionary<int, long> _next = [];
    private volatile bool _isClosed;

    public bool CanSeek => true;

    /// <summary>What was committed last, by partition.</summary>
    public ConcurrentDictionary<string, long> CommittedPositions { get; } = new();

    /// <summary>How many records were handed out.</summary>
    public int ReadRecords { get; private set; }

    /// <summary>Whether a read waits for records.</summary>
    public bool IsReading { get; private set; }

    public void Assign(params IEnumerable<int> numbers) => Add(new AssignmentChange(AssignmentChangeKind.Assigned, [.. numbers.Select(group.Partition)]));

    public void Lose(int number) => Add(new AssignmentChange(AssignmentChangeKind.Lost, [group.Partition(number)]));

    /// <returns>Done when the partition was released, or the member is gone.</returns>
    public Task RevokeAsync(int number, TimeSpan patience)
    {
        AssignmentChange change = new(AssignmentChangeKind.Revoked, [group.Partition(number)], patience);
        TaskCompletionSource release = _releases.GetOrAdd(change, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Add(change);
        if (_isClosed)
        {
            release.TrySetResult();
        }

        return release.Task;
    }

    public ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken)
    {
        _next[MemoryGroup.NumberOf(partition)] = position;
        return default;
    }

    public async ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed = group.Changed;
            if (!_changes.IsEmpty)
            {
                return SourceReadResult.AssignmentChanged;
            }

            if (TryReadReady(batch))
            {
                return SourceReadResult.Records;
            }

            if (group.IsComplete && _next.Count == group.Count)
            {
                return SourceReadResult.CaughtUp;
            }

            IsReading = true;
            try
            {
                await changed.WaitAsync(cancellationToken);
            }
            finally
            {
                IsReading = false;
            }
        }
    }

    public bool TryReadReady(EventBatch batch)
    {
        if (!_changes.IsEmpty)
        {
            return false;
        }

        // By turns, so that several lanes have something.
        foreach ((int number, long next) in _next.OrderBy(partition => (partition.Key + ReadRecords) % group.Count))
        {
            ClickstreamEvent[] records = group.RecordsFrom(number, next);
            if (records.Length > 0)
            {
                batch.Begin(group.Partition(number).Name);
                for (int i = 0; i < Math.Min(records.Length, MostRecordsPerRead); i++)
                {
                    batch.AddItem(new RecordOrigin(next + i), records[i], s_mapper);
                }

                _next[number] = next + batch.Count;
                ReadRecords += batch.Count;
                return true;
            }
        }

        return false;
    }

    public PartitionEnd? EndOf(string partition) => null;

    public AssignmentChange? TakeAssignmentChange()
    {
        if (!_changes.TryDequeue(out AssignmentChange? change))
        {
            return null;
        }

        if (change.Kind != AssignmentChangeKind.Assigned)
        {
            foreach (SourcePartition partition in change.Partitions)
            {
                _next.Remove(MemoryGroup.NumberOf(partition.Name));
            }
        }

        return change;
    }

    public ValueTask<IReadOnlyList<PartitionPosition>> CheckAsync(IReadOnlyList<PartitionPosition> recorded, CancellationToken cancellationToken) => new(recorded);

    public void Release(AssignmentChange revoked) => _releases[revoked].TrySetResult();

    public void Committed(IReadOnlyList<PartitionPosition> positions)
    {
        foreach (PartitionPosition position in positions)
        {
            CommittedPositions[position.Partition] = position.Next;
        }
    }

    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        foreach (TaskCompletionSource release in _releases.Values)
        {
            release.TrySetResult();
        }

        return default;
    }

    private void Add(AssignmentChange change)
    {
        _changes.Enqueue(change);
        group.Signal();
    }
}
