namespace Sessionize.Sources;

/// <summary>A host's own events, bounded: one partition, positions from 0.</summary>
internal sealed class EnumerableEventSource<T>(IEnumerable<T> items, IEventMapper<T> mapper) : IEventSource
{
    private const int ItemsAtOnce = 256;

    private static readonly SourcePartition s_partition = new("items", new LaneId(0), 0);

    private IEnumerator<T>? _items;
    private long _position;

    public bool CanSeek => false;

    public ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken)
    {
        _items = items.GetEnumerator();
        return new([s_partition]);
    }

    public ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Events of an enumerable cannot be read again.");

    public ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        batch.Begin(s_partition.Name);
        while (batch.Count < ItemsAtOnce && _items!.MoveNext())
        {
            batch.AddItem(new RecordOrigin(_position++), _items.Current, mapper);
        }

        return new(batch.Count > 0 ? SourceReadResult.Records : SourceReadResult.EndOfInput);
    }

    public PartitionEnd? EndOf(string partition) => null;

    public ValueTask DisposeAsync()
    {
        _items?.Dispose();
        return default;
    }
}
