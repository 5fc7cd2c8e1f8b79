using System.Collections.Concurrent;
using Sessionize.Storage;

namespace Sessionize.Sinks;

/// <summary>Writes the sessions of a batch run to a file, which appears whole or not at all, or to a stream.</summary>
/// <remarks>
/// <para>For batch only: a file cannot hold the positions and versions of lanes, so the sink refuses to be opened with lanes.</para>
/// <para>A row has the columns of <see cref="Session"/> in the order of semantics section 5. Times are
/// <c>2024-05-06T12:00:00.000000Z</c>. In CSV a list is one cell with a JSON array, and an absent value is an empty cell.</para>
/// <para>An instance takes one run. Not thread-safe, but for <see cref="Encode"/>.</para>
/// </remarks>
public sealed class SessionFileSink : ISessionBatchSink
{
    private const int BufferBytes = 64 * 1024;

    private readonly string _place;
    private readonly Func<AtomicFile>? _createFile;
    private readonly SessionFileFormat _format;
    private readonly ConcurrentBag<Encoder> _encoders = [];
    private readonly SessionBatch _rows = new();
    private Stream? _target;
    private AtomicFile? _file;
    private Guid? _committed;

    private SessionFileSink(string place, SessionFileFormat format, Func<AtomicFile>? createFile, Stream? target)
    {
        _place = place;
        _createFile = createFile;
        _target = target;
        _format = Enum.IsDefined(format) ? format : throw new ArgumentOutOfRangeException(nameof(format), format, "The format is Ndjson or Csv.");
    }

    /// <summary>Writes to a file.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="format">The format.</param>
    /// <param name="overwrite">Whether an existing file is replaced, at the commit.</param>
    /// <returns>The sink.</returns>
    public static SessionFileSink ToFile(string path, SessionFileFormat format, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new SessionFileSink($"'{path}'", format, () => AtomicFile.Create(path, overwrite), target: null);
    }

    /// <summary>Writes to a stream, such as standard output: rows leave as they come, and what has left cannot be taken back.</summary>
    /// <param name="stream">The stream; flushed by the commit, and left open.</param>
    /// <param name="format">The format.</param>
    /// <returns>The sink.</returns>
    public static SessionFileSink ToStream(Stream stream, SessionFileFormat format)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new SessionFileSink("the output", format, createFile: null, stream);
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
        if (_format == SessionFileFormat.Csv)
        {
            await WriteAsync(CsvSessionWriter.Header, cancellationToken).ConfigureAwait(false);
        }

        return [];
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The disk is full, or nobody reads the stream any more.</exception>
    public async ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        _rows.Clear();
        foreach (SessionChange change in changes)
        {
            if (change.Kind != SessionChangeKind.Added)
            {
                throw new InvalidOperationException($"The session '{change.Session.SessionId}' is retracted, and a file only takes rows. Choose another sink.");
            }

            _rows.Add(change.Session);
        }

        await Encode(_rows)(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The disk is full, or nobody reads the stream any more; thrown by what is returned.</exception>
    public Func<CancellationToken, ValueTask> Encode(SessionBatch rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Encoder encoder = _encoders.TryTake(out Encoder? used) ? used : new Encoder(_format);
        encoder.Writer.Write(rows);
        return async cancellationToken =>
        {
            await WriteAsync(encoder.Buffer.GetBuffer().AsMemory(0, (int)encoder.Buffer.Length), cancellationToken).ConfigureAwait(false);
            encoder.Buffer.SetLength(0);
            _encoders.Add(encoder);
        };
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The disk is full, or nobody reads the stream any more.</exception>
    public async ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        if (_committed == commit.Id)
        {
            return SinkCommitOutcome.Committed;
        }

        if (_file is not null)
        {
            await _file.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await TryAsync(Target.FlushAsync(cancellationToken)).ConfigureAwait(false);
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
        while (_encoders.TryTake(out Encoder? encoder))
        {
            encoder.Writer.Dispose();
        }
    }

    private Stream Target => _target ?? throw new InvalidOperationException("The sink was not opened: call OpenAsync first.");

    private ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        TryAsync(Target.WriteAsync(bytes, cancellationToken).AsTask());

    private async ValueTask TryAsync(Task write)
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

    /// <summary>What turns rows into bytes, for one thread at a time.</summary>
    private sealed class Encoder
    {
        public Encoder(SessionFileFormat format) =>
            Writer = format == SessionFileFormat.Csv ? new CsvSessionWriter(Buffer) : new NdjsonSessionWriter(Buffer);

        public MemoryStream Buffer { get; } = new(2 * BufferBytes);

        public ISessionWriter Writer { get; }
    }
}
