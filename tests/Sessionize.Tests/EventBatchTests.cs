using Sessionize.Sinks;
using Xunit;

namespace Sessionize.Tests;

public sealed class EventBatchTests
{
    [Fact]
    public void ExchangeWith_AnotherBatch_SwapsTheWholeContent()
    {
        EventBatch full = BatchOf("one", 3, 4);
        full.SkipTo(9);
        EventBatch other = BatchOf("two", 7);

        full.ExchangeWith(other);

        Assert.Equal(("two", 1, 8L), (full.Partition, full.Count, full.Next));
        Assert.Equal(("one", 2, 9L), (other.Partition, other.Count, other.Next));
        Assert.Equal(7, full.Origin(0).Position);
        Assert.Equal("user"u8, other.UserId(1));
        other.Begin("three");
        Assert.Equal("user"u8, full.UserId(0));
    }

    [Fact]
    public void ExchangeWith_BatchOfOtherFields_Throws() =>
        Assert.Throws<ArgumentException>(() => BatchOf("one", 1).ExchangeWith(new EventBatch(EventField.Of("utm"))));

    [Fact]
    public void Next_IsBehindTheLastRecordAndWhatWasPassedOver()
    {
        EventBatch batch = new(EventFields.None);
        batch.Begin("one");
        Assert.Equal(-1, batch.Next);
        batch.AddEvent(new RecordOrigin(4), "user"u8, 0, default, default);
        Assert.Equal(5, batch.Next);
        batch.SkipTo(7);
        batch.SkipTo(6);
        Assert.Equal(7, batch.Next);
        batch.Begin("one");
        Assert.Equal(-1, batch.Next);
    }

    [Fact]
    public async Task RunAsync_RecordsThatAreNoEvents_AreBehindTheCommittedPosition()
    {
        InMemorySessionTable table = new();
        SessionizationDefinition definition = new()
        {
            Source = _ => new SkippingSource(),
            Sink = _ => new InMemorySessionSink(table),
            Trigger = Trigger.UntilEnd(),
        };
        using SessionizationPipeline pipeline = new(definition);

        await pipeline.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal([0L, 12L], table.Commits.Select(commit => Assert.Single(Assert.Single(commit.Lanes).Positions).Next));
    }

    private static EventBatch BatchOf(string partition, params ReadOnlySpan<long> positions)
    {
        EventBatch batch = new(EventFields.None);
        batch.Begin(partition);
        foreach (long position in positions)
        {
            batch.AddEvent(new RecordOrigin(position), "user"u8, position, default, default);
        }

        return batch;
    }

    /// <summary>Has twelve records, none of which is an event.</summary>
    private sealed class SkippingSource : IEventSource
    {
        private bool _isRead;

        public bool CanSeek => true;

        public ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken) => new([new SourcePartition("all", new LaneId(0), 0)]);

        public ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken) => default;

        public ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
        {
            if (_isRead)
            {
                return new(SourceReadResult.EndOfInput);
            }

            _isRead = true;
            batch.Begin("all");
            batch.SkipTo(12);
            return new(SourceReadResult.Records);
        }

        public PartitionEnd? EndOf(string partition) => null;

        public ValueTask DisposeAsync() => default;
    }
}
