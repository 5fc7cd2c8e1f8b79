using Parquet;

namespace Sessionize.Parquet.Events;

/// <summary>A file of events that is open: its rows, one row group after the other, the next one decoded ahead.</summary>
internal sealed class EventFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly TimeFormat _timeFormat;
    private readonly EventFileStream _stream;
    private readonly ParquetReader _reader;
    private readonly EventColumns _columns;
    private readonly long[] _firstRows;
    private readonly CancellationTokenSource _closing = new();
    private EventRows? _current;
    private EventRows? _free;
    private Task<EventRows>? _ahead;
    private int _nextGroup;

    private EventFile(string path, SessionizationOptions options, EventFields retained, EventFileStream stream, ParquetReader reader)
    {
        (_path, _timeFormat, _stream, _reader) = (path, options.TimeFormat, stream, reader);
        _columns = EventColumns.Bind(path, reader.Metadata!, options, retained);
        _firstRows = new long[reader.RowGroupCount + 1];
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            long rows = reader.RowGroups[group].RowCount;
            _firstRows[group + 1] = rows is >= 0 and <= int.MaxValue
                ? _firstRows[group] + rows
                : throw new InvalidDataException($"a row group has {rows} rows");
        }

        if (reader.Metadata!.NumRows != Rows)
        {
            throw new InvalidDataException($"it says {reader.Metadata.NumRows} rows, and its row groups have {Rows}");
        }
    }

    /// <summary>The bytes of the file.</summary>
    public long Length => _stream.FileLength;

    /// <summary>The rows of the file.</summary>
    public long Rows => _firstRows[^1];

    /// <summary>Opens a file and finds its columns; no row is read yet.</summary>
    /// <exception cref="SessionizeException">The file cannot be opened, is no Parquet file, damaged, or lacks columns.</exception>
    public static async Task<EventFile> OpenAsync(string path, SessionizationOptions options, EventFields retained, CancellationToken cancellationToken)
    {
        EventFileStream stream = new(path);
        try
        {
            ParquetReader reader = await ParquetReader.CreateAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false);
            return new EventFile(path, options, retained, stream, reader);
        }
        catch (Exception failure) when (failure is not (SessionizeException or OperationCanceledException))
        {
            // Whatever the library runs into on a damaged footer: there is no one type for that.
            await stream.DisposeAsync().ConfigureAwait(false);
            throw new SessionizeException(
                $"'{path}' is damaged, or a Parquet file of a kind that is not read: its footer does not hold together ({Sentence(failure)}). Fetch or write the file again; nothing of it was used.", failure);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Goes to a row; the rows of its row group before it are decoded and passed over.</summary>
    public async ValueTask SeekAsync(long row)
    {
        await StopAsync().ConfigureAwait(false);
        _current = null;
        _nextGroup = 0;
        while (_nextGroup < _reader.RowGroupCount && _firstRows[_nextGroup + 1] <= row)
        {
            _nextGroup++;
        }

        if (_nextGroup < _reader.RowGroupCount)
        {
            _current = await TakeNextAsync(CancellationToken.None).ConfigureAwait(false);
            _current.SkipTo(row);
        }
    }

    /// <summary>Adds the next rows to a batch.</summary>
    /// <returns>The row that comes after them, counted from 0; <see langword="null"/> at the end of the file.</returns>
    /// <exception cref="SessionizeException">The file is damaged.</exception>
    public async ValueTask<long?> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        while (_current is null || !_current.TryFill(batch))
        {
            if (_ahead is null && _nextGroup >= _reader.RowGroupCount)
            {
                return null;
            }

            _free ??= _current;
            _current = null;
            _current = await TakeNextAsync(cancellationToken).ConfigureAwait(false);
        }

        return _current.Next;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>Takes the row group that is decoded ahead, and has the one after it decoded.</summary>
    private async ValueTask<EventRows> TakeNextAsync(CancellationToken cancellationToken)
    {
        // Of a call that was cancelled the task stays, so that nothing is lost.
        Task<EventRows> ahead = _ahead ??= DecodeAhead();
        EventRows rows = await ahead.WaitAsync(cancellationToken).ConfigureAwait(false);
        _ahead = _nextGroup < _reader.RowGroupCount ? DecodeAhead() : null;
        return rows;
    }

    private Task<EventRows> DecodeAhead()
    {
        int group = _nextGroup++;
        EventRows rows = _free ?? new EventRows(_columns, _timeFormat);
        _free = null;
        return Task.Run(async () =>
        {
            try
            {
                await rows.DecodeAsync(_reader.RowGroups[group], _stream, _firstRows[group], _closing.Token).ConfigureAwait(false);
                return rows;
            }
            catch (UnreadableColumnException failure)
            {
                throw new SessionizeException(
                    $"'{_path}' is damaged, or written in a way that is not read: its column '{failure.Column}' in row group {group} ({Sentence(failure)}). "
                    + "Fetch the file again, or write it anew with plain or dictionary encoding, and zstd, snappy, gzip or no compression; nothing of it was used.",
                    failure.InnerException);
            }
        });
    }

    private async ValueTask StopAsync()
    {
        if (_ahead is { } ahead)
        {
            _ahead = null;
            await ahead.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            _ = ahead.Exception;
        }
    }

    private static string Sentence(Exception failure) => failure.Message.TrimEnd('.', ' ');
}
