namespace Sessionize.Sources;

/// <summary>A host's own events as they come: one partition, positions from 0.</summary>
internal sealed class AsyncEnumerableEventSource<T>(IAsyncEnumerable<T> items, IEventMapper<T> mapper) : IEventSource
{
    private static readonly SourcePartition s_partition = new("items", new LaneId(0), 0);

    private IAsyncEnumerator<T>? _items;
    private CancellationTokenSource? _stop;
    private long _position;

    public bool CanSeek => false;

    public ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken)
    {
        _stop = new CancellationTokenSource();
        _items = items.GetAsyncEnumerator(_stop.Token);
        return new([s_partition]);
    }

    public ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Events of an enumerable cannot be read again: after a restart the host has to hand them in again.");

    public async ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        batch.Begin(s_partition.Name);

        // An enumerator cannot be waited for twice, so cancelling the read ends the enumeration.
        using CancellationTokenRegistration registration = cancellationToken.Register(_stop!.Cancel);
        if (!await _items!.MoveNextAsync().ConfigureAwait(false))
        {
            return SourceReadResult.EndOfInput;
        }

        batch.AddItem(new RecordOrigin(_position++), _items.Current, mapper);
        return SourceReadResult.Records;
    }

    public PartitionEnd? EndOf(string partition) => null;

    public async ValueTask DisposeAsync()
    {
        if (_items is not null)
        {
            await _items.DisposeAsync().ConfigureAwait(false);
        }

        _stop?.Dispose();
    }
}
