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

    public ValueTask PostAsync(ClickstreamEvent e, CancellationToken cancellationToken) =>
        _postings.Writer.WriteAsync(new Posting(e, 0), cancellationToken);

    public ValueTask AdvanceAsync(long timeMs, CancellationToken cancellationToken) =>
        _postings.Writer.WriteAsync(new Posting(null, timeMs), cancellationToken);

    /// <returns>Whether this call completed the input; <see langword="false"/> when it was complete.</returns>
    public bool TryComplete(long? endTimeMs)
    {
        // The reader looks at T only after the channel is complete, which comes after this.
        EndTimeMs ??= endTimeMs;
        return _postings.Writer.TryComplete();
    }

    /// <summary>Ends posting with an error: the pipeline stopped.</summary>
    public void Fail(Exception exception) => _postings.Writer.TryComplete(exception);

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
            if (posting.Event is null)
            {
                _advance = posting.AdvanceToMs;
                return true;
            }

            batch.AddItem(new RecordOrigin(_position++), posting.Event, s_mapper);
        }

        return batch.Count > 0;
    }

    public PartitionEnd? EndOf(string partition) => null;

    public ValueTask DisposeAsync() => default;

    private readonly record struct Posting(ClickstreamEvent? Event, long AdvanceToMs);
}
