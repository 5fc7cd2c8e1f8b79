using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Sessionize.Engine.Batch;

/// <summary>What one thread has read, spread over cells by the users' hash; in memory up to a limit, beyond it in a file.</summary>
/// <remarks>
/// <para>Filled by one thread; then read by any number, each cell by one of them. A cell is a chain of small chunks, so that writing is
/// sequential, nothing is copied when a cell grows, and nothing much is allocated that stays empty.</para>
/// </remarks>
internal sealed unsafe class EventCells(long maxBytes, Func<SpillFile> createSpillFile) : IDisposable
{
    /// <summary>The number of cells: so many that one cell of a common run fits a core's cache.</summary>
    public const int Count = 256;

    private const int ChunkBytes = 4096;
    private const int MostExtentBytes = 64 * 1024 * 1024;

    private readonly Arena _arena = new();
    private readonly Chain[] _narrow = new Chain[Count];
    private readonly Chain[] _wide = new Chain[Count];
    private readonly long[] _wideCounts = new long[Count];
    private SpillFile? _spillFile;

    /// <summary>The memory that events take, beside the file.</summary>
    public long MemoryBytes => _arena.Used;

    /// <summary>Takes events that lie in one piece.</summary>
    internal delegate void TakePart(byte* start, byte* end, bool isWide);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int cell, in NarrowEvent e)
    {
        ref Chain chain = ref _narrow[cell];
        if (chain.Next == chain.End)
        {
            Grow(ref chain, sizeof(NarrowEvent));
        }

        *(NarrowEvent*)chain.Next = e;
        chain.Next += sizeof(NarrowEvent);
    }

    /// <summary>Adds an event whose texts the caller writes behind it.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="textBytes">How many bytes the texts will have.</param>
    public WideEvent* AddWide(int cell, int textBytes)
    {
        int bytes = WideEvent.BytesOf(textBytes);
        ref Chain chain = ref _wide[cell];
        if (chain.End - chain.Next < bytes)
        {
            Grow(ref chain, bytes);
        }

        WideEvent* e = (WideEvent*)chain.Next;
        chain.Next += bytes;
        _wideCounts[cell]++;
        return e;
    }

    /// <summary>How many events a cell has.</summary>
    public long CountOf(int cell) => _wideCounts[cell] + (_narrow[cell].Bytes / sizeof(NarrowEvent));

    /// <summary>Finds the events of a cell, of each kind in the order in which they were added.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="buffer">Takes what is read from the file.</param>
    /// <param name="take">Gets the parts that lie in one piece.</param>
    public void Collect(int cell, Arena buffer, TakePart take)
    {
        Collect(_narrow[cell], isWide: false, buffer, take);
        Collect(_wide[cell], isWide: true, buffer, take);
    }

    public void Dispose()
    {
        _arena.Dispose();
        _spillFile?.Dispose();
    }

    private static byte* UsedEnd(in Chain chain, Chunk* chunk) => chunk == chain.Last ? chain.Next : chunk->UsedEnd;

    private void Collect(in Chain chain, bool isWide, Arena buffer, TakePart take)
    {
        foreach (SpillExtent extent in chain.Spilled ?? [])
        {
            byte* to = buffer.Allocate(extent.Length);
            _spillFile!.Read(extent.Offset, new Span<byte>(to, extent.Length));
            take(to, to + extent.Length, isWide);
        }

        for (Chunk* chunk = chain.First; chunk != null; chunk = chunk->Following)
        {
            take((byte*)(chunk + 1), UsedEnd(chain, chunk), isWide);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(ref Chain chain, int bytes)
    {
        if (MemoryBytes > maxBytes)
        {
            Spill();
        }

        int size = Math.Max(ChunkBytes, sizeof(Chunk) + bytes);
        Chunk* chunk = (Chunk*)_arena.Allocate(size);
        chunk->Following = null;
        if (chain.Last == null)
        {
            chain.First = chunk;
        }
        else
        {
            chain.BytesBeforeLast = chain.Bytes;
            chain.Last->UsedEnd = chain.Next;
            chain.Last->Following = chunk;
        }

        chain.Last = chunk;
        chain.Next = (byte*)(chunk + 1);
        chain.End = (byte*)chunk + size;
        Debug.Assert(chain.End - chain.Next >= bytes, "The new chunk has no room for the event that it was made for.");
    }

    /// <summary>Writes all chains to the file, each in one piece or a few, and begins anew.</summary>
    private void Spill()
    {
        _spillFile ??= createSpillFile();
        foreach (Chain[] chains in (ReadOnlySpan<Chain[]>)[_narrow, _wide])
        {
            foreach (ref Chain chain in chains.AsSpan())
            {
                if (chain.First == null)
                {
                    continue;
                }

                List<SpillExtent> spilled = chain.Spilled ?? [];
                _spillFile.BeginExtent();
                for (Chunk* chunk = chain.First; chunk != null; chunk = chunk->Following)
                {
                    byte* start = (byte*)(chunk + 1);
                    int length = (int)(UsedEnd(chain, chunk) - start);
                    if (_spillFile.ExtentBytes + length > MostExtentBytes)
                    {
                        spilled.Add(_spillFile.EndExtent());
                        _spillFile.BeginExtent();
                    }

                    _spillFile.Write(new ReadOnlySpan<byte>(start, length));
                }

                spilled.Add(_spillFile.EndExtent());
                chain = new Chain { Spilled = spilled, BytesBeforeLast = chain.Bytes };
            }
        }

        _spillFile.Flush();
        _arena.Reset();
    }

    private struct Chain
    {
        /// <summary>Where the next event goes, and the end of the last chunk.</summary>
        public byte* Next;
        public byte* End;

        public Chunk* First;
        public Chunk* Last;

        /// <summary>The bytes of all events that are not in the last chunk.</summary>
        public long BytesBeforeLast;

        /// <summary>The earlier events, in the file.</summary>
        public List<SpillExtent>? Spilled;

        public readonly long Bytes => BytesBeforeLast + (Last == null ? 0 : Next - (byte*)(Last + 1));
    }

    /// <summary>The head of a chunk; the events follow it.</summary>
    private struct Chunk
    {
        public Chunk* Following;

        /// <summary>Behind the last event; of the last chunk the chain knows it.</summary>
        public byte* UsedEnd;
    }
}
