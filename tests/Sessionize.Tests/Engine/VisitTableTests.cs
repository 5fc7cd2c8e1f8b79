using System.Text;
using Sessionize.Engine;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed class VisitTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void FindAddRemove_RandomUsers_AreThoseOfADictionary(int seed)
    {
        Random random = new(seed);
        VisitTable table = new();
        Dictionary<string, int> expected = [];
        for (int step = 0; step < 60_000; step++)
        {
            // Waves: the table grows, and is all but emptied again.
            string id = $"user-{random.Next(3_000)}{new string('x', random.Next(30) == 0 ? 300 : 0)}";
            byte[] bytes = Encoding.UTF8.GetBytes(id);
            ulong hash = VisitTable.Hash(bytes);
            Assert.Equal(expected.GetValueOrDefault(id, VisitTable.None), table.Find(hash, bytes));
            if (expected.Remove(id, out int user))
            {
                if (step / 10_000 % 2 == 0 && random.Next(3) > 0)
                {
                    expected.Add(id, user);
                    continue;
                }

                table.Remove(user);
            }
            else
            {
                expected.Add(id, table.Add(hash, bytes));
            }

            Assert.Equal(expected.Count, table.Count);
        }

        Assert.All(expected, pair => Assert.Equal(pair.Key, Encoding.UTF8.GetString(table.UserId(pair.Value))));
        Assert.Equal(expected.Count, expected.Values.Distinct().Count());
    }

    [Fact]
    public void CompactIfSparse_BlocksThatWereOutgrown_AreGivenBackAndNothingElseChanges()
    {
        VisitTable table = new();
        byte[][] ids = [.. Enumerable.Range(0, 50_000).Select(user => Encoding.UTF8.GetBytes($"a-user-with-an-id-of-forty-letters-{user:d5}"))];
        Assert.All(ids, id => table.Add(VisitTable.Hash(id), id));
        for (int user = 0; user < ids.Length; user++)
        {
            ref VisitRecord visit = ref table[user];
            uint block = table.Blocks.Allocate(100);
            ids[user].CopyTo(table.Blocks.Get(block, 100));
            table.Blocks.Free(visit.Block, visit.BlockBytes);
            (visit.Block, visit.BlockBytes) = (block, BlockHeap.Capacity(100));
        }

        long before = table.Blocks.Bytes;
        table.CompactIfSparse();
        Assert.InRange(table.Blocks.Bytes, ids.Length * 40, before / 2);
        Assert.All(Enumerable.Range(0, ids.Length), user => Assert.Equal(ids[user], table.UserId(user)));

        before = table.Blocks.Bytes;
        table.CompactIfSparse();
        Assert.Equal(before, table.Blocks.Bytes);
    }
}
