using System.Globalization;
using System.Text;
using Sessionize.Engine.Batch;
using Xunit;

namespace Sessionize.Tests.Engine.Batch;

public sealed unsafe class KeyTableTests
{
    [Fact]
    public void FindOrAdd_ManyKeysOfAllLengths_NumbersThemByFirstAppearance()
    {
        using KeyTable table = new();
        Dictionary<string, int> expected = new(StringComparer.Ordinal);
        Random random = new(3);
        for (int i = 0; i < 200_000; i++)
        {
            string number = random.Next(60_000).ToString(CultureInfo.InvariantCulture);

            // Around the length up to which a key stands in its record, and far beyond it.
            string key = number + new string('x', int.Parse(number, CultureInfo.InvariantCulture) % 50) + (number.EndsWith("77", StringComparison.Ordinal) ? new string('y', 3000) : "");
            byte[] bytes = Encoding.UTF8.GetBytes(key);
            fixed (byte* start = bytes)
            {
                KeyRecord* record = table.FindOrAdd(KeyTable.Hash(start, bytes.Length), start, bytes.Length, out bool isNew);
                Assert.Equal(expected.TryAdd(key, expected.Count), isNew);
                Assert.Equal(expected[key], record->Number);
            }
        }

        Assert.Equal(expected.Count, table.Count);
        Assert.All(expected, known => Assert.Equal(known.Key, Encoding.UTF8.GetString(table[known.Value])));
    }

    [Theory]
    [InlineData(0xABCD_EF01_2345_6789)]
    [InlineData(ulong.MaxValue)] // Goes on at the first slot.
    public void FindOrAdd_KeysOfOneHash_StayApart(ulong hash)
    {
        using KeyTable table = new();
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 3000; i++)
            {
                fixed (byte* start = BitConverter.GetBytes(i))
                {
                    Assert.Equal(i, table.FindOrAdd(hash, start, 4, out bool isNew)->Number);
                    Assert.Equal(round == 0, isNew);
                }
            }
        }
    }
}
