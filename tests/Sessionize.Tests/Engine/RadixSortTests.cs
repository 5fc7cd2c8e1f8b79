using FsCheck.Xunit;
using Sessionize.Engine;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed class RadixSortTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(5000)]
    public void Sort_NumbersOfAllSizes_IsStableOrder(int count)
    {
        Random random = new(count);
        Item[] items = [.. Enumerable.Range(0, count).Select(i => new Item((ulong)random.NextInt64(), i))];
        for (int i = 0; i < count; i++)
        {
            // Few bytes that differ, many equal numbers, and the greatest and the least of all.
            items[i] = (i % 5) switch
            {
                0 => items[i] with { Key = items[i].Key & 0x00FF_0000_00FF_0000 },
                1 => items[i] with { Key = (items[i].Key & 1) - 1 },
                2 => items[i] with { Key = items[i].Key << 1 },
                _ => items[i],
            };
        }

        AssertSorts(items);
    }

    [Property]
    public void Sort_AnyNumbers_IsStableOrder(ulong[] numbers, byte repetitions) =>
        AssertSorts([.. Enumerable.Repeat(numbers, repetitions).SelectMany(all => all).Select((number, i) => new Item(number, i))]);

    private static void AssertSorts(Item[] items)
    {
        Item[] expected = [.. items.OrderBy(item => item.Key)];
        RadixSort.Sort(items, new Item[items.Length]);
        Assert.Equal(expected, items);
    }

    private readonly record struct Item(ulong Key, int Place) : IRadixKey;
}
