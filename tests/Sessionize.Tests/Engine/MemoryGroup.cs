using System.Globalization;
using System.Text;
using Sessionize.Engine;

namespace Sessionize.Tests.Engine;

/// <summary>A topic in memory, and the group of those who read it: partitions move between members as a test says.</summary>
internal sealed class MemoryGroup(int partitions)
{
    private readonly Lock _lock = new();
    private readonly List<ClickstreamEvent>[] _records = [.. Enumerable.Range(0, partitions).Select(_ => new List<ClickstreamEvent>())];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Count => _records.Length;

    /// <summary>Whether a member that has all partitions may end when it has read them.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Done when something changes after now.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    public static int NumberOf(string partition) => int.Parse(partition.AsSpan("clicks/".Length), CultureInfo.InvariantCulture);

    public SourcePartition Partition(int number) =>
        new(string.Create(CultureInfo.InvariantCulture, $"clicks/{number}"), new LaneId(number), number, Start: 0, Count);

    public int NumberOfUser(string userId) => (int)((uint)SparkHash.Of(Encoding.UTF8.GetBytes(userId)) % (uint)Count);

    public void Append(ClickstreamEvent e)
    {
        lock (_lock)
        {
            _records[NumberOfUser(e.UserId!)].Add(e);
        }

        Signal();
    }

    public ClickstreamEvent[] RecordsFrom(int number, long position)
    {
        lock (_lock)
        {
            return [.. _records[number].Skip((int)position)];
        }
    }

    public void Signal()
    {
        lock (_lock)
        {
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
