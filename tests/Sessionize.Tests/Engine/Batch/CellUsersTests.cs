using System.Text;
using Sessionize.Engine;
using Sessionize.Engine.Batch;
using Xunit;

namespace Sessionize.Tests.Engine.Batch;

public sealed class CellUsersTests
{
    [Fact]
    public void Fill_UsersThatThreadsMetInAnyOrder_OrdersThemByTheirBytes()
    {
        // Ids of one beginning, ids that go on with zeros, ids that differ late or never end alike, and beginnings that many or few share.
        string shared = new('s', 40);
        string[] ids =
        [
            .. Enumerable.Range(0, 300).Select(i => $"user-{i:000}"), .. Enumerable.Range(0, 70).Select(i => $"robot-{i}"),
            .. Enumerable.Range(1, 12).Select(i => "zero" + new string('\0', i)), "zero", .. Enumerable.Range(0, 200).Select(i => shared + i),
            .. Enumerable.Range(0, 90).Select(i => $"12345678{(char)('a' + (i % 26))}{new string('x', i)}"), shared, shared + '\0', "é", "\U0010FFFF", "a",
        ];
        PipelinePlan plan = new(new SessionizationDefinition(), isStreaming: false);
        List<Spreader> spreaders = [.. Enumerable.Range(0, 3).Select(_ => new Spreader(plan, new EventCells(long.MaxValue, () => throw new InvalidOperationException())))];
        Random random = new(7);
        foreach (Spreader spreader in spreaders)
        {
            string[] met = [.. ids.Where(_ => random.Next(3) > 0)];
            random.Shuffle(met);

            // Two that only one thread met, once in their order and once not.
            met = spreader == spreaders[0] ? [.. met, "twosome-b", "twosome-a", "couples-a", "couples-b"] : met;
            EventBatch batch = new(plan.Rules.Retained);
            batch.Begin("log");
            for (int i = 0; i < met.Length; i++)
            {
                batch.AddEvent(new RecordOrigin(i), Encoding.UTF8.GetBytes(met[i]), 1, default, default);
            }

            spreader.Take(batch, partition: 0);
        }

        CellUsers users = new(spreaders);
        users.Fill(0, EventCells.Count);

        byte[][] known = [.. spreaders.SelectMany(IdsOf).Distinct().Select(Encoding.UTF8.GetBytes)];
        Array.Sort(known, (left, right) => left.AsSpan().SequenceCompareTo(right));
        Assert.Equal(known.Length, users.Count);
        Assert.Equal(known, Enumerable.Range(0, users.Count).Select(rank => users.IdOf(rank).ToArray()));
        Assert.Equal(known.Select(id => SparkHash.Of(id)), Enumerable.Range(0, users.Count).Select(users.SparkHashOf));
        int entry = 0;
        for (int cell = 0; cell < EventCells.Count; cell++)
        {
            foreach (Spreader spreader in spreaders)
            {
                foreach (int user in spreader.UsersOf(cell))
                {
                    Assert.Equal(Encoding.UTF8.GetString(spreader.Users[user]), Encoding.UTF8.GetString(users.IdOf(users.Ranks[entry++])));
                }
            }
        }

        spreaders.ForEach(spreader => spreader.Dispose());
    }

    private static IEnumerable<string> IdsOf(Spreader spreader) =>
        Enumerable.Range(0, spreader.Users.Count).Select(user => Encoding.UTF8.GetString(spreader.Users[user]));
}
