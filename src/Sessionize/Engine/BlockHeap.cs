using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Sessionize.Engine;

/// <summary>Blocks of bytes of any length without an object each, named by numbers; a block that is given back serves the next of its size.</summary>
/// <remarks>Not thread-safe. Lengths are rounded up to one of four sizes between powers of two, so at most a quarter of a block is empty.</remarks>
internal sealed unsafe class BlockHeap : IDisposable
{
    /// <summary>The number of no block.</summary>
    public const uint None = uint.MaxValue;

    private const int Granule = 16;
    private const int PlaceBits = 12;
    private const int ChunkBytes = Granule << PlaceBits;
    private const int OwnChunkBytes = ChunkBytes / 4;
    private const int CacheLineBytes = 64;

    // A lane of a few users should not take the memory of one of many.
    private const int SmallChunks = 8;
    private const int SmallChunkBytes = ChunkBytes / 16;

    private readonly uint[] _free = new uint[SizeClass(OwnChunkBytes) + 1];
    private readonly Stack<int> _freeChunks = new();
    private readonly Arena _arena = new();

    // The chunks that are one block's, each with memory of its own.
    private readonly Dictionary<int, NativeBlock> _ownChunks = [];
    private nint[] _starts = new nint[16];
    private int[] _lengths = new int[16];
    private int _chunkCount;
    private int _current = -1;
    private int _used;

    public BlockHeap() => Array.Fill(_free, None);

    /// <summary>The bytes of all blocks, given back ones included.</summary>
    public long Bytes { get; private set; }

    /// <summary>The bytes of blocks that were given back and serve nobody.</summary>
    public long FreeBytes { get; private set; }

    /// <summary>The first bytes of a block.</summary>
    /// <remarks>The length is not checked, since that would read the chunk's: it has to be one that the block has. The bytes are there for as long as the heap is, and the block.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Get(uint block, int length)
    {
        Debug.Assert(length >= 0 && length <= _lengths[block >> PlaceBits] - PlaceOf(block), "A block is read beyond the end of its chunk.");
        return new Span<byte>(StartOf(block), length);
    }

    /// <summary>How many bytes a block has that was asked for with a length.</summary>
    public static int Capacity(int length) => length <= OwnChunkBytes ? BytesOf(SizeClass(length)) : RoundUp(length);

    /// <summary>Asks for the bytes of a block from its beginning up to a place.</summary>
    public void Prefetch(uint block, int place)
    {
        if (Sse.IsSupported)
        {
            byte* start = StartOf(block);
            for (int at = 0; at < place; at += CacheLineBytes)
            {
                Sse.Prefetch0(start + at);
            }

            Sse.Prefetch0(start + place);
        }
    }

    /// <summary>Asks for the beginning of a block, and for the place in it where something is to be added.</summary>
    public void PrefetchEnds(uint block, int place)
    {
        if (Sse.IsSupported)
        {
            byte* start = StartOf(block);
            Sse.Prefetch0(start);
            Sse.Prefetch0(start + place);
        }
    }

    /// <summary>Gives out a block with anything in it.</summary>
    public uint Allocate(int length)
    {
        if (length > OwnChunkBytes)
        {
            int own = RoundUp(length);
            NativeBlock memory = new((nuint)own);
            int chunk = AddChunk(memory.Start, own);
            _ownChunks.Add(chunk, memory);
            return (uint)chunk << PlaceBits;
        }

        int sizeClass = SizeClass(length);
        uint block = _free[sizeClass];
        if (block != None)
        {
            _free[sizeClass] = MemoryMarshal.Read<uint>(Get(block, sizeof(uint)));
            FreeBytes -= BytesOf(sizeClass);
            return block;
        }

        int bytes = BytesOf(sizeClass);
        if (_current < 0 || _used + bytes > _lengths[_current])
        {
            int next = _chunkCount < SmallChunks && bytes <= SmallChunkBytes ? SmallChunkBytes : ChunkBytes;
            _current = AddChunk(_arena.Allocate(next), next);
            _used = 0;
        }

        block = ((uint)_current << PlaceBits) | (uint)(_used / Granule);
        _used += bytes;
        return block;
    }

    /// <summary>Takes a block back.</summary>
    /// <param name="block">The block.</param>
    /// <param name="length">The length that it was asked for with, or its capacity.</param>
    public void Free(uint block, int length)
    {
        if (length > OwnChunkBytes)
        {
            int chunk = (int)(block >> PlaceBits);
            _ownChunks.Remove(chunk, out NativeBlock? memory);
            memory!.Dispose();
            Bytes -= _lengths[chunk];
            (_starts[chunk], _lengths[chunk]) = (0, 0);
            _freeChunks.Push(chunk);
            return;
        }

        int sizeClass = SizeClass(length);
        MemoryMarshal.Write(Get(block, sizeof(uint)), _free[sizeClass]);
        _free[sizeClass] = block;
        FreeBytes += BytesOf(sizeClass);
    }

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        _arena.Dispose();
        foreach (NativeBlock own in _ownChunks.Values)
        {
            own.Dispose();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* StartOf(uint block) => (byte*)_starts[block >> PlaceBits] + PlaceOf(block);

    private static int PlaceOf(uint block) => (int)(block & ((1 << PlaceBits) - 1)) * Granule;

    private static int RoundUp(int length) => (int)Math.Min(Array.MaxLength, ((long)length + (length >> 2) + ChunkBytes - 1) & ~(Granule - 1L));

    /// <summary>16, 32, 48, 64, then four sizes up to each power of two.</summary>
    private static int SizeClass(int length)
    {
        int granules = Math.Max(1, (length + Granule - 1) / Granule);
        if (granules <= 4)
        {
            return granules - 1;
        }

        int shift = BitOperations.Log2((uint)granules - 1) - 2;
        return (shift * 4) + ((granules - 1) >> shift);
    }

    private static int BytesOf(int sizeClass)
    {
        if (sizeClass < 4)
        {
            return (sizeClass + 1) * Granule;
        }

        int shift = (sizeClass / 4) - 1;
        return ((sizeClass % 4) + 5) * Granule << shift;
    }

    private int AddChunk(byte* start, int bytes)
    {
        if (!_freeChunks.TryPop(out int chunk))
        {
            chunk = _chunkCount++;
            if (chunk == _starts.Length)
            {
                Array.Resize(ref _starts, chunk * 2);
                Array.Resize(ref _lengths, chunk * 2);
            }
        }

        (_starts[chunk], _lengths[chunk]) = ((nint)start, bytes);
        Bytes += bytes;
        return chunk;
    }
}
