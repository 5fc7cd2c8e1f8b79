using Sessionize.Sources;

namespace Sessionize.Tests.Diagnostics;

/// <summary>A partition of ten records of which one was read, and the others do not come.</summary>
internal sealed class LaggingSource(ClickstreamEvent first, DateTimeOffset arrived) : IEventSource
{
    public const string Partition = "clicks/3";

    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private bool _isRead;

    public bool CanSeek => true;

    public ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken) => new([new SourcePartition(Partition, new LaneId(3), 0)]);

    public ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken) => default;

    public async ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        if (_isRead)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        _isRead = true;
        batch.Begin(Partition);
        batch.AddItem(new RecordOrigin(0, ArrivalMs: arrived.ToUnixTimeMilliseconds()), first, s_mapper);
        return SourceReadResult.Records;
    }

    public PartitionEnd? EndOf(string partition) => new(10, arrived.ToUnixTimeMilliseconds());

    public ValueTask DisposeAsync() => default;
}
