using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Sessionize.Engine.Batch;

namespace Sessionize.Iceberg.Writing;

/// <summary>Holds a commit's rows until all are there, in bounded memory: what is beyond it lies sorted in a temporary file. Not thread-safe.</summary>
internal sealed class RowStore(PartitionNumbers partitions, bool haveOrder, SessionFileWriterOptions options, ConcurrentBag<RowSegment> freeSegments) : IDisposable
{
    private readonly List<RowSegment> _segments = [];
    private readonly List<(long Start, long End)> _spilled = [];
    private SpillFile? _file;
    private long _bytes;

    /// <summary>The number of times that rows were moved to the file.</summary>
    public int SpillCount => _spilled.Count;

    /// <summary>Takes rows.</summary>
    /// <exception cref="SessionizeException">The temporary folder is full, or cannot be written.</exception>
    public void Add(List<RowSegment> segments)
    {
        foreach (RowSegment segment in segments)
        {
            _segments.Add(segment);
            _bytes += segment.MemoryBytes + ((long)segment.Entries.Length * (sizeof(ulong) + Marshal.SizeOf<SortEntry>()));
        }

        if (_bytes > options.MemoryBytes)
        {
            Spill();
        }
    }

    /// <summary>All rows, partition by partition, sorted. Nothing is added any more.</summary>
    /// <returns>Parts in the order of their partitions.</returns>
    public IEnumerable<SortedPart> ReadAll()
    {
        int[] ranks = partitions.Ranks();
        if (_spilled.Count == 0 && HasManyPartitions(ranks))
        {
            SortedSegments rows = new(_segments, ranks, haveOrder);
            return Enumerable.Range(0, rows.PartitionCount)
                .Select(rank => new SortedPart(new RowMerge([rows.Read(rank)], ranks), rows.PartitionAt(rank), rows.StartOf(rank + 1) - rows.StartOf(rank)))
                .Where(part => part.RowCount > 0);
        }

        _file?.Flush();
        IEnumerable<RowRun> spilled = _spilled.Select(extent => new SpillRun(_file!, extent.Start, extent.End));
        return [new SortedPart(new RowMerge([.. spilled, .. SortedRuns(ranks)], ranks), 0, int.MaxValue)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _segments.Clear();
    }

    private void Spill()
    {
        if (_file is null)
        {
            _file = SpillFile.Create(options.TempFolder);
            _file.BeginExtent();
        }

        int[] ranks = partitions.Ranks();
        long start = _file.ExtentBytes;
        RowMerge rows = new(SortedRuns(ranks), ranks);
        while (rows.MoveNext())
        {
            SpillRun.Write(_file, rows.Current);
        }

        _spilled.Add((start, _file.ExtentBytes));
        foreach (RowSegment segment in _segments.Where(segment => segment.IsUsual))
        {
            segment.Clear();
            freeSegments.Add(segment);
        }

        _segments.Clear();
        _bytes = 0;
    }

    private bool HasManyPartitions(int[] ranks) => ranks.Length > options.Threads;

    /// <summary>Sorts what is in memory: each thread some partitions; or, if those are few, a part of the rows.</summary>
    private SegmentRun[] SortedRuns(int[] ranks)
    {
        int count = Math.Min(HasManyPartitions(ranks) ? 1 : options.Threads, _segments.Count);
        SegmentRun[] runs = new SegmentRun[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(count, 1) }, i =>
            runs[i] = new SortedSegments(_segments[(int)((long)_segments.Count * i / count)..(int)((long)_segments.Count * (i + 1) / count)], ranks, haveOrder)
                .ReadAll(count == 1 ? options.Threads : 1));
        return runs;
    }
}
