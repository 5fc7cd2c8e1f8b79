using Sessionize.Sources;

namespace Sessionize.Tests.Support;

/// <summary>A partition that always has records: no read ever waits, and none looks at its token.</summary>
internal sealed class EndlessSource(long firstMs) : IEventSource
{
    private const string Partition = "clicks/0";
    private const int RecordsPerRead = 100;

    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private long _next;

    public bool CanSeek => true;

    /// <summary>How many records were handed out. May be read by any thread.</summary>
    public long Records => Volatile.Read(ref _next);

    public ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken) => new([new SourcePartition(Partition, new LaneId(0), 0)]);

    public ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken)
    {
        _next = position;
        return default;
    }

    public ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        batch.Begin(Partition);
        for (int i = 0; i < RecordsPerRead; i++)
        {
            batch.AddItem(new RecordOrigin(_next), new ClickstreamEvent($"user-{_next % 10}", firstMs + _next), s_mapper);
            Volatile.Write(ref _next, _next + 1);
        }

        return new(SourceReadResult.Records);
    }

    public PartitionEnd? EndOf(string partition) => null;

    public ValueTask DisposeAsync() => default;
}
