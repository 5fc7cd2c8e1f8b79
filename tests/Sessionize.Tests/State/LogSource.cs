using Sessionize.Sources;

namespace Sessionize.Tests.State;

/// <summary>A topic in memory: partitions of events, each a lane of its own, that can be read again.</summary>
internal sealed class LogSource(IReadOnlyList<IReadOnlyList<ClickstreamEvent>> partitions) : IEventSource
{
    private const int BatchEvents = 7;

    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private readonly long[] _next = new long[partitions.Count];

    public bool CanSeek => true;

    public static string NameOf(int partition) => $"clicks/{partition}";

    public ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken) =>
        new([.. Enumerable.Range(0, partitions.Count).Select(number => new SourcePartition(NameOf(number), new LaneId(number), number))]);

    public ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken)
    {
        _next[int.Parse(partition.AsSpan("clicks/".Length), System.Globalization.CultureInfo.InvariantCulture)] = position;
        return default;
    }

    public ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        int partition = Enumerable.Range(0, partitions.Count).OrderBy(number => _next[number]).FirstOrDefault(number => _next[number] < partitions[number].Count, -1);
        if (partition < 0)
        {
            return new(SourceReadResult.CaughtUp);
        }

        batch.Begin(NameOf(partition));
        for (int taken = 0; taken < BatchEvents && _next[partition] < partitions[partition].Count; taken++)
        {
            batch.AddItem(new RecordOrigin(_next[partition]), partitions[partition][(int)_next[partition]], s_mapper);
            _next[partition]++;
        }

        return new(SourceReadResult.Records);
    }

    public PartitionEnd? EndOf(string partition) => null;

    public ValueTask DisposeAsync() => default;
}
