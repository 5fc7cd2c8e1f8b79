using Sessionize.Engine;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed unsafe class ArenaTests
{
    [Fact]
    public void Allocate_PiecesOfAllSizes_NoneTouchesAnother()
    {
        using Arena arena = new();
        Random random = new(5);
        for (int round = 0; round < 3; round++)
        {
            // From a few bytes over a slab's size to more than the largest slab.
            List<(nint Start, int Bytes)> pieces = [];
            for (int i = 0; i < 400; i++)
            {
                int bytes = 1 + (int)(random.NextInt64(1L << random.Next(3, 24)) % (9 * 1024 * 1024));
                byte* start = arena.Allocate(bytes);
                Assert.Equal(0, (nint)start % Arena.Granularity);
                new Span<byte>(start, bytes).Fill((byte)i);
                pieces.Add(((nint)start, bytes));
            }

            for (int i = 0; i < pieces.Count; i++)
            {
                Assert.False(new ReadOnlySpan<byte>((byte*)pieces[i].Start, pieces[i].Bytes).ContainsAnyExcept((byte)i));
            }

            Assert.True(arena.Used >= pieces.Sum(piece => (long)piece.Bytes));
            arena.Reset();
            Assert.Equal(0, arena.Used);
        }
    }

    [Theory]
    [InlineData(NativeBlock.LargePage / 2)]
    [InlineData(NativeBlock.LargePage)]
    [InlineData((3 * NativeBlock.LargePage) + 8)]
    public void Clear_NewBlock_IsZeroAndAligned(int bytes)
    {
        // What another block left behind must not show.
        using (NativeBlock before = new((nuint)bytes))
        {
            new Span<byte>(before.Start, bytes).Fill(0xFF);
        }

        using NativeBlock block = new((nuint)bytes);
        block.Clear();
        Assert.False(new ReadOnlySpan<byte>(block.Start, bytes).ContainsAnyExcept((byte)0));
        Assert.Equal(0, (nint)block.Start % 64);
    }
}
