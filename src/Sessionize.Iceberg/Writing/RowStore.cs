using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Sessionize.Engine.Batch;

namespace Sessionize.Iceberg.Writing;

/// <summary>Holds a commit's rows until all are there, in bounded memory: what is beyond it lies sorted in a temporary file. Not thread-safe.</summary>
internal sealed class RowStore(PartitionNumbers partitions, SessionFileWriterOptions options, ConcurrentBag<RowSegment> freeSegments) : IDisposable
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
            _bytes += segment.MemoryBytes + ((long)segment.Entries.Length * Marshal.SizeOf<SortEntry>());
        }

        if (_bytes > options.MemoryBytes)
        {
            Spill();
        }
    }

    /// <summary>All rows, partition by partition, sorted. Nothing is added any more.</summary>
    public RowMerge ReadAll()
    {
        _file?.Flush();
        int[] ranks = partitions.Ranks();
        return new RowMerge([.. _spilled.Select(extent => new SpillRun(_file!, extent.Start, extent.End)), .. SortedRuns(ranks)], ranks);
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

    /// <summary>Sorts what is in memory, each thread a part of it.</summary>
    private RowRun[] SortedRuns(int[] ranks)
    {
        int count = Math.Min(options.Threads, _segments.Count);
        RowRun[] runs = new RowRun[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(count, 1) }, i =>
            runs[i] = new SegmentRun(_segments[(int)((long)_segments.Count * i / count)..(int)((long)_segments.Count * (i + 1) / count)], ranks));
        return runs;
    }
}
