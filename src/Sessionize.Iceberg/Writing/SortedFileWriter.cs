using System.Collections.Concurrent;
using Sessionize.Parquet.Columns;

namespace Sessionize.Iceberg.Writing;

/// <summary>Writes sorted rows into data files: several threads read them into row groups and encode those, and they are written in order.</summary>
/// <remarks>Of parts that are larger than a row group one thread reads the rows, since only then it is known where the next row group begins.</remarks>
internal sealed class SortedFileWriter(
    IEnumerable<SortedPart> parts, TextPool texts, RowGroupEncoderPool encoders, RowGroupLimits limits, DataFileSeries files, int threads)
{
    /// <summary>Small partitions make small row groups, of which some wait for each thread.</summary>
    private const int MostWaitingOfAThread = 8;

    private readonly ConcurrentBag<RowReader> _freeReaders = [];
    private readonly Queue<(int Partition, bool IsWhole, int RowCount, Task<List<EncodedRowGroup>> Encoding)> _waiting = [];
    private int _waitingRows;

    public async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (SortedPart part in parts)
            {
                if (part.RowCount <= limits.Rows)
                {
                    await StartAsync(part.Partition, isWhole: true, part.RowCount, () => EncodeAll(part.Rows), cancellationToken).ConfigureAwait(false);
                    continue;
                }

                for (bool hasRow = part.Rows.MoveNext(); hasRow;)
                {
                    int partition = part.Rows.Current.Partition;
                    RowReader reader = TakeReader();
                    hasRow = ReadRowGroup(part.Rows, reader);
                    await StartAsync(partition, isWhole: false, reader.Target.Count, () => Encode(reader), cancellationToken).ConfigureAwait(false);
                }
            }

            while (_waiting.Count > 0)
            {
                await AppendFirstAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            // After a failure nothing may still be encoding when the encoders go.
            foreach ((_, _, _, Task<List<EncodedRowGroup>> encoding) in _waiting)
            {
                await encoding.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask StartAsync(int partition, bool isWhole, int rowCount, Func<List<EncodedRowGroup>> encode, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _waiting.Enqueue((partition, isWhole, rowCount, Task.Run(encode, cancellationToken)));
        _waitingRows += rowCount;
        while (_waiting.Count > threads * MostWaitingOfAThread || (_waiting.Count > 1 && _waitingRows > threads * limits.Rows))
        {
            await AppendFirstAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private RowReader TakeReader() => _freeReaders.TryTake(out RowReader? free) ? free : new RowReader(texts);

    /// <summary>Reads from the row that the merge is at on.</summary>
    /// <returns>Whether there is a row behind.</returns>
    private bool ReadRowGroup(RowMerge rows, RowReader reader)
    {
        int partition = rows.Current.Partition;
        bool hasRow;
        reader.Begin(reader.Target);
        do
        {
            reader.Add(rows.Current.Body);
            hasRow = rows.MoveNext();
        }
        while (hasRow && rows.Current.Partition == partition && !limits.AreReached(reader.Target));
        return hasRow;
    }

    private List<EncodedRowGroup> EncodeAll(RowMerge rows)
    {
        List<EncodedRowGroup> rowGroups = [];
        for (bool hasRow = rows.MoveNext(); hasRow;)
        {
            RowReader reader = TakeReader();
            hasRow = ReadRowGroup(rows, reader);
            rowGroups.AddRange(Encode(reader));
        }

        return rowGroups;
    }

    private List<EncodedRowGroup> Encode(RowReader reader)
    {
        EncodedRowGroup rowGroup = encoders.Encode(reader.Target);
        reader.Target.Clear();
        _freeReaders.Add(reader);
        return [rowGroup];
    }

    private async ValueTask AppendFirstAsync(CancellationToken cancellationToken)
    {
        (int partition, bool isWhole, int rowCount, Task<List<EncodedRowGroup>> encoding) = _waiting.Peek();
        List<EncodedRowGroup> rowGroups = await encoding.ConfigureAwait(false);
        _waiting.Dequeue();
        _waitingRows -= rowCount;
        if (isWhole)
        {
            await files.WriteAsync(partition, rowGroups, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (EncodedRowGroup rowGroup in rowGroups)
        {
            await files.AppendAsync(partition, rowGroup, cancellationToken).ConfigureAwait(false);
        }
    }
}
