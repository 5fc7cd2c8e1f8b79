using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sessionize.Engine;

/// <summary>The users of a lane and their visits, found by id: slots of eight bytes, records that never move, and blocks of bytes.</summary>
/// <remarks>
/// Not thread-safe. A slot is the hash's upper half and the record's number plus one, in the order of the hash but for collisions; what is
/// taken out is filled up from behind, so nothing has to be swept. Ids are hashed with a seed of the process: what users are called cannot be
/// arranged to make it slow.
/// </remarks>
internal sealed unsafe class VisitTable : IDisposable
{
    /// <summary>The number of no user.</summary>
    public const int None = -1;

    private const int SlabBits = 8;
    private const int SlabBytes = VisitRecord.Bytes << SlabBits;
    private const int FirstSlotBits = 6;
    private const int MostSlotBits = 30;
    private const int LeastFreeBytes = 1024 * 1024;

    private static readonly long s_seed = Random.Shared.NextInt64();

    private readonly Arena _records = new();
    private nint[] _starts = new nint[16];
    private int _slabs;
    private NativeBlock _slotMemory;
    private ulong* _slots;
    private int _slotBits;

    // The records that are free, the one freed last first.
    private int _free = None;

    public VisitTable() => _slotMemory = MakeSlots(FirstSlotBits);

    public BlockHeap Blocks { get; private set; } = new();

    /// <summary>The number of users.</summary>
    public int Count { get; private set; }

    /// <summary>The memory of slots, records and blocks.</summary>
    public long Bytes => ((long)sizeof(ulong) << _slotBits) + ((long)_slabs * SlabBytes) + Blocks.Bytes;

    /// <summary>One above the largest number in use.</summary>
    public int Capacity { get; private set; }

    public ref VisitRecord this[int user]
    {
        // Every slab is full length, so the index needs no check.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref *RecordOf(user);
    }

    public static ulong Hash(ReadOnlySpan<byte> userId) => XxHash3.HashToUInt64(userId, s_seed);

    public ReadOnlySpan<byte> UserId(int user)
    {
        ref readonly VisitRecord visit = ref this[user];
        return Blocks.Get(visit.Block, visit.UserBytes);
    }

    /// <summary>Finds a user, or <see cref="None"/>.</summary>
    public int Find(ulong hash, ReadOnlySpan<byte> userId)
    {
        int mask = Mask;
        ulong slot;
        for (int at = First(hash); (slot = _slots[at]) != 0; at = (at + 1) & mask)
        {
            if (((slot ^ hash) >> 32) == 0)
            {
                int user = NumberOf(slot);
                ref readonly VisitRecord visit = ref this[user];
                if (visit.UserBytes == userId.Length && Blocks.Get(visit.Block, visit.UserBytes).SequenceEqual(userId))
                {
                    return user;
                }
            }
        }

        return None;
    }

    /// <summary>Adds a user who is not there, with a block that holds the id alone.</summary>
    public int Add(ulong hash, ReadOnlySpan<byte> userId)
    {
        if (Count >= (Mask + 1) / 4 * 3)
        {
            Grow();
        }

        int user = _free;
        if (user != None)
        {
            _free = this[user].TimerAfter;
        }
        else
        {
            user = Capacity++;
            if (user >> SlabBits == _slabs)
            {
                if (_slabs == _starts.Length)
                {
                    Array.Resize(ref _starts, _slabs * 2);
                }

                _starts[_slabs++] = (nint)_records.Allocate(SlabBytes);
            }
        }

        uint block = Blocks.Allocate(userId.Length);
        userId.CopyTo(Blocks.Get(block, userId.Length));
        this[user] = new VisitRecord
        {
            Block = block,
            BlockBytes = BlockHeap.Capacity(userId.Length),
            UserBytes = userId.Length,
            Used = userId.Length,
            DueMs = long.MaxValue,
            TimerMs = long.MaxValue,
            Crowd = -1,
            Marks = VisitMarks.InUse,
        };
        Put((hash & ~(ulong)uint.MaxValue) | (uint)(user + 1));
        Count++;
        return user;
    }

    /// <summary>Takes a user out.</summary>
    public void Remove(int user)
    {
        ref VisitRecord visit = ref this[user];
        int mask = Mask;
        int hole = First(Hash(UserId(user)));
        while (NumberOf(_slots[hole]) != user)
        {
            hole = (hole + 1) & mask;
        }

        // What lies behind and could lie in the hole moves there, until nothing does.
        ulong slot;
        for (int at = (hole + 1) & mask; (slot = _slots[at]) != 0; at = (at + 1) & mask)
        {
            if (((at - First(slot)) & mask) >= ((at - hole) & mask))
            {
                _slots[hole] = slot;
                hole = at;
            }
        }

        _slots[hole] = 0;
        Blocks.Free(visit.Block, visit.BlockBytes);
        visit = new VisitRecord { TimerAfter = _free, TimerMs = long.MaxValue };
        _free = user;
        Count--;
    }

    /// <summary>Puts the blocks together anew, when much of their memory serves nobody: visits that grew side by side leave blocks that are too small for all.</summary>
    /// <remarks>It touches every visit, so it is for a moment in which that is done anyway.</remarks>
    public void CompactIfSparse()
    {
        if (Blocks.FreeBytes < Math.Max(LeastFreeBytes, Blocks.Bytes / 4))
        {
            return;
        }

        BlockHeap compact = new();
        for (int user = 0; user < Capacity; user++)
        {
            ref VisitRecord visit = ref this[user];
            if (visit.Has(VisitMarks.InUse))
            {
                uint block = compact.Allocate(visit.Used);
                Blocks.Get(visit.Block, visit.Used).CopyTo(compact.Get(block, visit.Used));
                (visit.Block, visit.BlockBytes) = (block, BlockHeap.Capacity(visit.Used));
            }
        }

        Blocks.Dispose();
        Blocks = compact;
    }

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        _slotMemory.Dispose();
        _records.Dispose();
        Blocks.Dispose();
    }

    /// <summary>Asks for the slot of a hash.</summary>
    public void PrefetchSlot(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_slots + First(hash));
        }
    }

    /// <summary>Asks for the record that the slot of a hash names.</summary>
    /// <returns>Its number, or <see cref="None"/>. It is a guess: nobody has compared the ids.</returns>
    public int PrefetchRecord(ulong hash)
    {
        ulong slot = _slots[First(hash)];
        if (!Sse.IsSupported || slot == 0 || ((slot ^ hash) >> 32) != 0)
        {
            return None;
        }

        int user = NumberOf(slot);
        byte* record = (byte*)RecordOf(user);
        Sse.Prefetch0(record);
        Sse.Prefetch0(record + (VisitRecord.Bytes / 2));
        return user;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private VisitRecord* RecordOf(int user) => (VisitRecord*)_starts[user >> SlabBits] + (user & ((1 << SlabBits) - 1));

    private static int NumberOf(ulong slot) => (int)(uint)slot - 1;

    /// <summary>The slot where looking for a hash begins: its highest bits.</summary>
    private int First(ulong hash) => (int)(hash >> (64 - _slotBits));

    private int Mask => (1 << _slotBits) - 1;

    private NativeBlock MakeSlots(int bits)
    {
        NativeBlock memory = new((nuint)sizeof(ulong) << bits);
        memory.Clear();
        _slots = (ulong*)memory.Start;
        _slotBits = bits;
        return memory;
    }

    private void Grow()
    {
        if (_slotBits == MostSlotBits)
        {
            throw new SessionizeException($"More than {Count} users do not fit one lane: give the source more partitions.");
        }

        using NativeBlock memory = _slotMemory;
        ReadOnlySpan<ulong> slots = new(_slots, Mask + 1);
        _slotMemory = MakeSlots(_slotBits + 1);
        foreach (ulong slot in slots)
        {
            if (slot != 0)
            {
                Put(slot);
            }
        }
    }

    private void Put(ulong slot)
    {
        int mask = Mask;
        int at = First(slot);
        while (_slots[at] != 0)
        {
            at = (at + 1) & mask;
        }

        _slots[at] = slot;
    }
}
