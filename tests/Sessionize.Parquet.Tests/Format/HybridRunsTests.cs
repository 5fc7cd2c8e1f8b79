using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Parquet.Format;
using Xunit;

namespace Sessionize.Parquet.Tests.Format;

public sealed class HybridRunsTests
{
    [Property(MaxTest = 2000)]
    public Property Write_AnyRuns_ReadBackEqual() => Prop.ForAll(Values().ToArbitrary(), values =>
    {
        int width = HybridRuns.WidthOf(values.Append(0).Max());
        ByteBuffer buffer = new();
        HybridRuns.Write(buffer, values, width);
        Assert.Equal(values, Read(buffer.Written, values.Length, width));
    });

    [Theory]
    [InlineData(11, 1)]
    [InlineData(63, 1)]
    [InlineData(64, 2)]
    [InlineData(100_000, 3)]
    public void Write_OneValueRepeated_TakesOneRun(int count, int varintBytes)
    {
        ByteBuffer buffer = new();
        HybridRuns.Write(buffer, Enumerable.Repeat(5, count).ToArray(), 3);

        Assert.Equal(varintBytes + 1, buffer.Length);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(255, 8)]
    [InlineData(256, 9)]
    [InlineData(int.MaxValue, 31)]
    public void WidthOf_Greatest_IsItsBitsAndAtLeastOne(int greatest, int width) => Assert.Equal(width, HybridRuns.WidthOf(greatest));

    private static Gen<int[]> Values() =>
        from bits in Gen.Choose(0, 31)
        from runs in (from value in Gen.Choose(0, (int)((1L << bits) - 1)) from count in Gen.OneOf(Gen.Choose(1, 3), Gen.Choose(1, 40)) select Enumerable.Repeat(value, count)).ListOf()
        select runs.SelectMany(run => run).ToArray();

    /// <summary>Reads as the format says, bit by bit.</summary>
    private static List<int> Read(ReadOnlySpan<byte> bytes, int count, int width)
    {
        List<int> values = [];
        int at = 0;
        while (values.Count < count)
        {
            ulong head = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = bytes[at++];
                head |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    break;
                }
            }

            bool isPacked = (head & 1) == 1;
            int runLength = (int)(head >> 1) * (isPacked ? 8 : 1);
            for (int i = 0; i < runLength; i++)
            {
                int value = 0;
                for (int bit = 0; bit < width; bit++)
                {
                    int place = (isPacked ? i * width : 0) + bit;
                    value |= ((bytes[at + (place / 8)] >> (place % 8)) & 1) << bit;
                }

                if (values.Count < count)
                {
                    values.Add(value);
                }
            }

            at += isPacked ? runLength * width / 8 : (width + 7) / 8;
        }

        Assert.Equal(bytes.Length, at);
        return values;
    }
}
