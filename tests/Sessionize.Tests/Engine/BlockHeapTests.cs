using Sessionize.Engine;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed class BlockHeapTests
{
    [Fact]
    public void Blocks_OfRandomLengths_KeepTheirBytesWhateverComesAndGoes()
    {
        Random random = new(5);
        BlockHeap heap = new();
        List<(uint Block, int Length, byte Mark)> blocks = [];
        for (int step = 0; step < 20_000; step++)
        {
            if (blocks.Count == 0 || random.Next(100) < 55)
            {
                int length = random.Next(40) == 0 ? random.Next(1, 100_000) : random.Next(1, 700);
                uint block = heap.Allocate(length);
                byte mark = (byte)random.Next(256);
                Assert.True(BlockHeap.Capacity(length) >= length);
                heap.Get(block, BlockHeap.Capacity(length)).Fill(mark);
                blocks.Add((block, length, mark));
                continue;
            }

            int chosen = random.Next(blocks.Count);
            (uint gone, int goneLength, byte goneMark) = blocks[chosen];
            Assert.Equal(-1, heap.Get(gone, BlockHeap.Capacity(goneLength)).IndexOfAnyExcept(goneMark));
            heap.Free(gone, random.Next(2) == 0 ? goneLength : BlockHeap.Capacity(goneLength));
            blocks[chosen] = blocks[^1];
            blocks.RemoveAt(blocks.Count - 1);
        }

        Assert.All(blocks, block => Assert.Equal(-1, heap.Get(block.Block, block.Length).IndexOfAnyExcept(block.Mark)));
    }

    [Fact]
    public void Capacity_OfAnyLength_IsAtMostAQuarterMoreAndSixteenBytes() =>
        Assert.All(Enumerable.Range(1, 16 * 1024), length => Assert.InRange(BlockHeap.Capacity(length), length, (length * 5 / 4) + 16));

    [Fact]
    public void Free_BlockOfTheSameSizeIsAskedForAgain_ServesIt()
    {
        BlockHeap heap = new();
        uint[] blocks = [.. Enumerable.Range(0, 100).Select(_ => heap.Allocate(100))];
        long bytes = heap.Bytes;
        foreach (uint block in blocks)
        {
            heap.Free(block, 100);
        }

        Assert.Equal(100 * BlockHeap.Capacity(100), heap.FreeBytes);
        Assert.Equivalent(blocks.Reverse(), Enumerable.Range(0, 100).Select(_ => heap.Allocate(99)));
        Assert.Equal((bytes, 0), (heap.Bytes, heap.FreeBytes));
    }

    [Fact]
    public void Free_LongBlock_GivesItsMemoryBack()
    {
        BlockHeap heap = new();
        heap.Free(heap.Allocate(1_000_000), 1_000_000);
        Assert.Equal(0, heap.Bytes);
    }
}
