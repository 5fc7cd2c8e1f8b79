using System.Runtime.ExceptionServices;

namespace Sessionize.Engine;

/// <summary>Batches by lane, taken in by all cores: lanes share nothing, so who works when changes no row. Not thread-safe.</summary>
internal sealed class LaneWork
{
    // Waking a thread up takes as long as some dozens of events.
    private const int LeastEvents = 1024;

    private readonly List<Share> _shares = [];
    private int _events;

    /// <summary>The lanes that have batches, in the order of the first one of each.</summary>
    public IEnumerable<OpenLane> Lanes => _shares.Select(share => share.Lane);

    /// <summary>Adds a batch behind those that its lane has already.</summary>
    public void Add(OpenLane lane, LanePartition partition, EventBatch batch)
    {
        _events += batch.Count;
        Share? share = _shares.Find(share => ReferenceEquals(share.Lane, lane));
        if (share is null)
        {
            share = new Share(lane);
            _shares.Add(share);
        }

        share.Batches.Add((partition, batch));
        share.Events += batch.Count;
    }

    /// <summary>Takes in what was added.</summary>
    /// <exception cref="SessionizeException">A rule throws: of several lanes' failures that of the first one.</exception>
    public void Run()
    {
        int workers = _events < LeastEvents ? 1 : Math.Min(Environment.ProcessorCount, _shares.Count);
        if (workers <= 1)
        {
            _shares.ForEach(share => share.Run());
            return;
        }

        // The longest first, so that nobody begins with it when the others are done.
        Share[] byLength = [.. _shares.OrderByDescending(share => share.Events)];
        int taken = -1;
        Task[] others = [.. Enumerable.Range(1, workers - 1).Select(_ => Task.Run(Work))];
        Work();

        // Those that no thread has begun by now begin on this one, and find nothing left.
        Task.WaitAll(others);
        _shares.Find(share => share.Failure is not null)?.Failure!.Throw();

        void Work()
        {
            while (Interlocked.Increment(ref taken) is var next && next < byLength.Length)
            {
                byLength[next].TryRun();
            }
        }
    }

    public void Clear()
    {
        _shares.Clear();
        _events = 0;
    }

    /// <summary>What one lane has to do.</summary>
    private sealed class Share(OpenLane lane)
    {
        public OpenLane Lane { get; } = lane;

        public List<(LanePartition Partition, EventBatch Batch)> Batches { get; } = [];

        public int Events { get; set; }

        public ExceptionDispatchInfo? Failure { get; private set; }

        public void Run()
        {
            foreach ((LanePartition partition, EventBatch batch) in Batches)
            {
                Lane.Lane.Take(batch, partition);
                if (batch.Count > 0 && batch.Origin(batch.Count - 1).ArrivalMs is var arrivedMs and not long.MaxValue)
                {
                    partition.ArrivedMs = arrivedMs;
                }

                Lane.Lane.SkipTo(batch.Next, partition);
            }
        }

        public void TryRun()
        {
            try
            {
                Run();
            }
            catch (Exception failure)
            {
                // The thread's boundary: it is thrown again where the batches came from.
                Failure = ExceptionDispatchInfo.Capture(failure);
            }
        }
    }
}
