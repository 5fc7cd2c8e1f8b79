using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Files;
using Sessionize.Parquet.Schema;
using Sessionize.Storage;

namespace Sessionize.Parquet;

/// <summary>Writes the sessions of a batch run to a Parquet file, which appears whole or not at all, or to a stream.</summary>
/// <remarks>
/// <para>For batch only: a file cannot hold the positions and versions of lanes, so the sink refuses to be opened with lanes.</para>
/// <para>A row has the columns of <see cref="Session"/> in the order of semantics section 5, all optional, with Iceberg field ids. Each batch of
/// rows given to <see cref="Encode"/> becomes a row group; sessions that come by <see cref="WriteAsync"/> are collected until they are
/// <see cref="ParquetSessionOptions.RowGroupRows"/>. Same rows in the same batches: same bytes.</para>
/// <para>After a write that failed, of rows or of the footer, every further write and commit is refused by a
/// <see cref="SessionizeException"/> that is not transient: nobody knows how much of it is there. Only what follows the last write may be tried
/// again by the same commit: the flush, and the naming of the file.</para>
/// <para>An instance takes one run. Not thread-safe, but for <see cref="Encode"/>.</para>
/// </remarks>
public sealed class ParquetSessionSink : ISessionBatchSink
{
    private readonly string _place;
    private readonly Func<AtomicFile>? _createFile;
    private readonly ParquetWriterSettings _settings;
    private readonly RowGroupEncoderPool _encoders;
    private readonly SessionBatch _collected = new();
    private Stream? _target;
    private AtomicFile? _file;
    private ParquetFileWriter? _writer;
    private Guid? _committed;

    private ParquetSessionSink(string place, ParquetSessionOptions? options, Func<AtomicFile>? createFile, Stream? target)
    {
        _place = place;
        _settings = (options ?? new ParquetSessionOptions()).ToSettings();
        _encoders = new RowGroupEncoderPool(SessionParquetSchema.AllColumns, _settings);
        _createFile = createFile;
        _target = target;
    }

    /// <summary>Writes to a file.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="options">How; <see langword="null"/>: the defaults.</param>
    /// <param name="overwrite">Whether an existing file is replaced, at the commit.</param>
    /// <returns>The sink.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static ParquetSessionSink ToFile(string path, ParquetSessionOptions? options = null, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ParquetSessionSink($"'{path}'", options, () => AtomicFile.Create(path, overwrite), target: null);
    }

    /// <summary>Writes to a stream, such as standard output: row groups leave as they come, and what has left cannot be taken back.</summary>
    /// <param name="stream">The stream, of which the file is all that is written to it; flushed by the commit, and left open.</param>
    /// <param name="options">How; <see langword="null"/>: the defaults.</param>
    /// <returns>The sink.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static ParquetSessionSink ToStream(Stream stream, ParquetSessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new ParquetSessionSink("the output", options, createFile: null, stream);
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The file exists already or cannot be created; or lanes are asked for.</exception>
    public async ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(opening);
        if (opening.Lanes.Count > 0)
        {
            throw new SessionizeException(
                $"The pipeline '{opening.Pipeline}' streams, and {_place} takes the sessions of a batch run only: it cannot hold positions. Choose another sink.");
        }

        _file = _createFile?.Invoke();
        _target = _file?.Stream ?? _target;
        _writer = new ParquetFileWriter(_target!, SessionParquetSchema.AllColumns, _settings.Compression) { Place = _place };
        await TryAsync(_writer.BeginAsync(cancellationToken)).ConfigureAwait(false);
        return [];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no row; or a time lies outside the years 1 to 9999.</exception>
    public Func<CancellationToken, ValueTask> Encode(SessionBatch rows)
    {
        EncodedRowGroup rowGroup = _encoders.Encode(rows);
        return async cancellationToken =>
        {
            // In the order of the calls, whichever of the two they are.
            await FlushCollectedAsync(cancellationToken).ConfigureAwait(false);
            await TryAsync(Writer.AppendAsync(rowGroup, cancellationToken)).ConfigureAwait(false);
        };
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The disk is full, or nobody reads the stream any more; or an earlier write failed.</exception>
    public async ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        foreach (SessionChange change in changes)
        {
            if (change.Kind != SessionChangeKind.Added)
            {
                throw new InvalidOperationException($"The session '{change.Session.SessionId}' is retracted, and a file only takes rows. Choose another sink.");
            }

            _collected.Add(change.Session);
            if (_collected.Count == _settings.RowGroupRows)
            {
                await FlushCollectedAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The disk is full, or nobody reads the stream any more; or an earlier write failed.</exception>
    public async ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        if (_committed == commit.Id)
        {
            return SinkCommitOutcome.Committed;
        }

        await FlushCollectedAsync(cancellationToken).ConfigureAwait(false);
        await TryAsync(FinishAsync(cancellationToken)).ConfigureAwait(false);
        if (_file is not null)
        {
            await _file.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        _committed = commit.Id;
        return SinkCommitOutcome.Committed;
    }

    /// <inheritdoc/>
    /// <remarks>Knows the commit of this instance only, which takes one run: nothing beside the rows records a commit.</remarks>
    public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        return new(_committed == commit.Id);
    }

    /// <inheritdoc/>
    public async ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        _collected.Clear();
        if (_file is not null)
        {
            // Deletes the file, unless it was committed.
            await _file.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DiscardAsync(CancellationToken.None).ConfigureAwait(false);
        _encoders.Dispose();
    }

    private ParquetFileWriter Writer => _writer ?? throw new InvalidOperationException("The sink was not opened: call OpenAsync first.");

    private async ValueTask FlushCollectedAsync(CancellationToken cancellationToken)
    {
        if (_collected.Count > 0)
        {
            EncodedRowGroup rowGroup = _encoders.Encode(_collected);
            _collected.Clear();
            await TryAsync(Writer.AppendAsync(rowGroup, cancellationToken)).ConfigureAwait(false);
        }
    }

    private async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (!Writer.IsFinished)
        {
            // A commit whose outcome was unknown may be tried again; the footer stands there once.
            _ = await Writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        }

        await _target!.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask TryAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException($"Cannot write to {_place}: {failure.Message.TrimEnd('.')}. Choose a place with room and write permission.", failure);
        }
    }
}
