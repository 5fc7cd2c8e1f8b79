using System.Text;
using Sessionize.Engine;
using Sessionize.Engine.Batch;
using Xunit;

namespace Sessionize.Tests.Engine.Batch;

public sealed class UserOrderTests
{
    [Fact]
    public void Sort_AnyMixtureOfRuns_IsTheOrderOfTimeIdAndPosition()
    {
        for (int seed = 1; seed <= 5000; seed++)
        {
            Random random = new(seed);
            TextTable texts = new();
            RetainedEvent[] events = Events(random, texts);
            RetainedEvent[] expected = [.. events];
            Array.Sort(expected, (left, right) => RetainedEvent.Compare(left, right, texts));

            new UserOrder(texts, new NoPlaces(), rulesReadIds: true).Sort(events);

            Assert.True(expected.AsSpan().SequenceEqual(events), $"seed {seed}");
        }
    }

    [Fact]
    public void Sort_TiesThatCannotBeToldApart_ReadsNoIdAgain()
    {
        TextTable texts = new();
        RetainedEvent[] events = [.. Enumerable.Range(0, 9).Select(i => Event(texts, time: i / 3, position: i, "page", id: UserOrder.UnreadId))];
        new UserOrder(texts, new NoPlaces(), rulesReadIds: false).Sort(events);
        Assert.Equal(Enumerable.Range(0, 9).Select(i => (long)i), events.Select(e => e.Position));
    }

    [Fact]
    public void Sort_TiesOfDifferentPages_AreInTheOrderOfTheIdsThatTheFileHas()
    {
        TextTable texts = new();
        RetainedEvent[] events = [.. Enumerable.Range(0, 4).Select(i => Event(texts, time: 5, position: i, $"page{i}", id: UserOrder.UnreadId))];
        new UserOrder(texts, new ReversedPlaces(), rulesReadIds: false).Sort(events);
        Assert.Equal([3L, 2L, 1L, 0L], events.Select(e => e.Position));
    }

    private static RetainedEvent[] Events(Random random, TextTable texts)
    {
        List<RetainedEvent> events = [];
        int runs = random.Next(1, 6);
        for (int run = 0; run < runs; run++)
        {
            long time = random.Next(50);
            int count = random.Next(0, random.Next(3) == 0 ? 200 : 12);
            for (int i = 0; i < count; i++)
            {
                time += random.Next(4) - (random.Next(6) == 0 ? random.Next(30) : 0);
                int id = random.Next(4) == 0 ? TextTable.None : texts.Add(Encoding.UTF8.GetBytes($"i{random.Next(5)}"));
                events.Add(Event(texts, time, random.Next(1_000_000_000), $"p{random.Next(3)}", id));
            }
        }

        return events.Count == 0 ? [Event(texts, 1, 1, "p", TextTable.None)] : [.. events];
    }

    private static RetainedEvent Event(TextTable texts, long time, long position, string page, int id) => new()
    {
        TimestampMs = time,
        Position = position,
        EventId = id,
        PageName = texts.Add(Encoding.UTF8.GetBytes(page)),
        Fields = TextTable.None,
    };

    private class NoPlaces : IEventPlaces
    {
        public (int Partition, long Position) Locate(long narrowPosition) => throw new InvalidOperationException();

        public virtual byte[] ReadEventId(int partition, long position) => throw new InvalidOperationException("Nobody needs this id.");

        public string Describe(int partition, long position) => throw new InvalidOperationException();
    }

    private sealed class ReversedPlaces : NoPlaces
    {
        public override byte[] ReadEventId(int partition, long position) => [(byte)(200 - position)];
    }
}
