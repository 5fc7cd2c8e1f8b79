using System.Collections.Concurrent;
using Sessionize.Parquet.Columns;

namespace Sessionize.Iceberg.Writing;

/// <summary>Writes sorted rows into data files: one thread reads them into row groups, several encode those, and they are written in order.</summary>
internal sealed class SortedFileWriter(
    RowMerge rows, TextPool texts, RowGroupEncoderPool encoders, RowGroupLimits limits, DataFileSeries files, int threads)
{
    /// <summary>Small partitions make small row groups, of which some wait for each thread.</summary>
    private const int MostWaitingOfAThread = 8;

    private readonly RowReader _reader = new(texts);
    private readonly ConcurrentBag<SessionBatch> _freeBatches = [];
    private readonly Queue<(int Partition, int RowCount, Task<EncodedRowGroup> Encoding)> _waiting = [];
    private int _waitingRows;
    private bool _hasRow;

    public async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            _hasRow = rows.MoveNext();
            while (_hasRow)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (int partition, SessionBatch batch) = ReadRowGroup();
                _waiting.Enqueue((partition, batch.Count, Task.Run(() => Encode(batch), cancellationToken)));
                _waitingRows += batch.Count;
                while (_waiting.Count > threads * MostWaitingOfAThread || (_waiting.Count > 1 && _waitingRows > threads * limits.Rows))
                {
                    await AppendFirstAsync(cancellationToken).ConfigureAwait(false);
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
            foreach ((_, _, Task<EncodedRowGroup> encoding) in _waiting)
            {
                await encoding.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            }
        }
    }

    private (int Partition, SessionBatch Batch) ReadRowGroup()
    {
        SessionBatch batch = _freeBatches.TryTake(out SessionBatch? free) ? free : new SessionBatch();
        int partition = rows.Current.Partition;
        _reader.Begin(batch);
        do
        {
            _reader.Add(rows.Current.Body);
            _hasRow = rows.MoveNext();
        }
        while (_hasRow && rows.Current.Partition == partition && !limits.AreReached(batch));
        return (partition, batch);
    }

    private EncodedRowGroup Encode(SessionBatch batch)
    {
        EncodedRowGroup rowGroup = encoders.Encode(batch);
        batch.Clear();
        _freeBatches.Add(batch);
        return rowGroup;
    }

    private async ValueTask AppendFirstAsync(CancellationToken cancellationToken)
    {
        (int partition, int rowCount, Task<EncodedRowGroup> encoding) = _waiting.Peek();
        EncodedRowGroup rowGroup = await encoding.ConfigureAwait(false);
        _waiting.Dequeue();
        _waitingRows -= rowCount;
        await files.AppendAsync(partition, rowGroup, cancellationToken).ConfigureAwait(false);
    }
}
