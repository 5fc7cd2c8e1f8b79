using System.Threading.Channels;

namespace Sessionize.Sources;

/// <summary>Events that a host posts: one partition, positions from 0. Posting waits while the pipeline is behind.</summary>
internal sealed class PostedEventSource : IEventSource
{
    private const int ItemsAtOnce = 256;

    private static readonly SourcePartition s_partition = new("posted", new LaneId(0), 0);
    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private readonly Channel<Posting> _postings = Channel.CreateBounded<Posting>(
        new BoundedChannelOptions(4096) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Lock _lock = new();
    private PostedCompletion? _requested;
    private PostedCompletion? _completion;
    private long _position;
    private long? _advance;

    public bool CanSeek => false;

    /// <summary>T, once the host has completed the input with one.</summary>
    public long? EndTimeMs { get; private set; }

    /// <summary>The time that the host has advanced the watermark to, since it was last asked for.</summary>
    public long? TakeAdvance()
    {
        long? advance = _advance;
        _advance = null;
        return advance;
    }

    /// <summary>The completion that was read, since it was last asked for: all that was posted before it was read, too.</summary>
    public PostedCompletion? TakeCompletion()
    {
        PostedCompletion? completion = _completion;
        _completion = null;
        return completion;
    }

    public ValueTask PostAsync(ClickstreamEvent e, CancellationToken cancellationToken) => WriteAsync(new Posting(e, 0, null), cancellationToken);

    public ValueTask AdvanceAsync(long timeMs, CancellationToken cancellationToken) => WriteAsync(new Posting(null, timeMs, null), cancellationToken);

    /// <summary>Asks for the end of the input behind what was posted so far; nothing is taken behind it unless it is refused.</summary>
    /// <returns>The decision to come; <see langword="null"/> when the input is complete, or is about to be.</returns>
    public PostedCompletion? RequestCompletion(long? endTimeMs)
    {
        lock (_lock)
        {
            if (_requested is not null || _postings.Reader.Completion.IsCompleted)
            {
                return null;
            }

            PostedCompletion completion = new(endTimeMs);
            ValueTask writing = _postings.Writer.WriteAsync(new Posting(null, 0, completion));
            if (writing.IsFaulted)
            {
                // The pipeline stopped and has not been read to its end.
                _ = writing.AsTask().Exception;
                return null;
            }

            return _requested = completion;
        }
    }

    /// <summary>Decides a completion that was read.</summary>
    /// <param name="completion">The completion.</param>
    /// <param name="refusal">Why not, and then posting goes on; or <see langword="null"/>.</param>
    public void Decide(PostedCompletion completion, SessionizeException? refusal)
    {
        if (refusal is null)
        {
            EndTimeMs = completion.EndTimeMs;
            _postings.Writer.TryComplete();
            completion.Accept();
            return;
        }

        lock (_lock)
        {
            _requested = null;
        }

        completion.Refuse(refusal);
    }

    /// <summary>Ends posting, with an error or without: the pipeline stopped.</summary>
    public void Stop(Exception? exception)
    {
        _postings.Writer.TryComplete(exception);
        PostedCompletion? requested;
        lock (_lock)
        {
            requested = _requested;
        }

        // Says nothing to one that was decided.
        requested?.Refuse(exception ?? new SessionizeException(
            "The pipeline stopped before its input was ended, so open sessions were not closed: they go on with the next run over the same state, which can be completed."));
    }

    public ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken) => new([s_partition]);

    public ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken)
    {
        _position = position;
        return default;
    }

    public async ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        batch.Begin(s_partition.Name);
        if (!await _postings.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return SourceReadResult.EndOfInput;
        }

        TryFill(batch);
        return SourceReadResult.Records;
    }

    /// <summary>Ends posting, and reads what was posted before.</summary>
    /// <returns>Whether there was something.</returns>
    public bool TryReadRest(EventBatch batch)
    {
        _postings.Writer.TryComplete();
        batch.Begin(s_partition.Name);
        return TryFill(batch);
    }

    private bool TryFill(EventBatch batch)
    {
        while (batch.Count < ItemsAtOnce && _postings.Reader.TryRead(out Posting posting))
        {
            if (posting.Completion is not null)
            {
                _completion = posting.Completion;
                return true;
            }

            if (posting.Event is null)
            {
                _advance = posting.AdvanceToMs;
                return true;
            }

            batch.AddItem(new RecordOrigin(_position++), posting.Event, s_mapper);
        }

        return batch.Count > 0;
    }

    private ValueTask WriteAsync(Posting posting, CancellationToken cancellationToken)
    {
        // Under the lock, so that nothing gets in behind a completion. A channel's waiting writers keep their order.
        lock (_lock)
        {
            return _requested is null
                ? _postings.Writer.WriteAsync(posting, cancellationToken)
                : ValueTask.FromException(new ChannelClosedException());
        }
    }

    public PartitionEnd? EndOf(string partition) => null;

    public ValueTask DisposeAsync() => default;

    private readonly record struct Posting(ClickstreamEvent? Event, long AdvanceToMs, PostedCompletion? Completion);
}
