using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sessionize.Engine.Batch;

/// <summary>Texts, each once, numbered in the order of their first appearance; looked up in batches, so that memory is waited for once a batch.</summary>
/// <remarks>
/// <para>Not thread-safe while it grows. Records and keys never move. Keys are hashed with a seed of the process: what users are called
/// cannot be arranged to make it slow.</para>
/// <para>A slot has eight bytes: the hash's upper half, and the record's number plus one; so a look-up touches one line of slots and
/// one record. Slots are in the order of the hash but for collisions: growing reads and writes them from front to back, and no record.</para>
/// </remarks>
internal sealed unsafe class KeyTable : IDisposable
{
    private const int FirstSlotBits = 10;
    private const int MostSlotBits = 31;
    private const int RecordsPerSlab = 1024;
    private const ulong TagMask = 0xFFFF_FFFF_0000_0000;

    private static readonly long s_seed = Random.Shared.NextInt64();

    private readonly Arena _records = new();
    private readonly Arena _keys = new();
    private nint[] _slabs = new nint[16];
    private NativeBlock _slotMemory;
    private ulong* _slots;
    private int _slotBits;

    public KeyTable() => MakeSlots(FirstSlotBits);

    /// <summary>The number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>A key's bytes.</summary>
    public ReadOnlySpan<byte> this[int number] => KeyOf(RecordOf(number));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> KeyOf(KeyRecord* record) =>
        new(record->Length <= KeyRecord.InlineBytes ? record->Inline : *(byte**)record->Inline, record->Length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(byte* key, int length) => XxHash3.HashToUInt64(new ReadOnlySpan<byte>(key, length), s_seed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public KeyRecord* RecordOf(int number) => (KeyRecord*)_slabs[(uint)number / RecordsPerSlab] + ((uint)number % RecordsPerSlab);

    /// <summary>Asks for the slot of a hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchSlot(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_slots + First(hash));
        }
    }

    /// <summary>Asks for the record that the slot of a hash names.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchRecord(ulong hash)
    {
        ulong slot = _slots[First(hash)];
        if (Sse.IsSupported && slot != 0 && ((slot ^ hash) & TagMask) == 0)
        {
            Sse.Prefetch0(RecordOf((int)(uint)slot - 1));
        }
    }

    /// <summary>Finds a key, or adds it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public KeyRecord* FindOrAdd(ulong hash, byte* key, int length, out bool isNew)
    {
        isNew = false;
        uint mask = Mask;
        uint at = First(hash);
        for (ulong slot; (slot = _slots[at]) != 0; at = (at + 1) & mask)
        {
            if (((slot ^ hash) & TagMask) == 0)
            {
                KeyRecord* record = RecordOf((int)(uint)slot - 1);
                if (record->Length == length && KeyOf(record).SequenceEqual(new ReadOnlySpan<byte>(key, length)))
                {
                    return record;
                }
            }
        }

        isNew = true;
        return Add(hash, key, length);
    }

    public void Dispose()
    {
        _records.Dispose();
        _keys.Dispose();
        _slotMemory.Dispose();
    }

    private uint Mask => (1u << _slotBits) - 1;

    [MemberNotNull(nameof(_slotMemory))]
    private void MakeSlots(int bits)
    {
        _slotBits = bits;
        _slotMemory = new NativeBlock((nuint)sizeof(ulong) << bits);
        _slotMemory.Clear();
        _slots = (ulong*)_slotMemory.Start;
    }

    /// <summary>The slot where looking for a hash begins: its highest bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint First(ulong hash) => (uint)(hash >> (64 - _slotBits));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private KeyRecord* Add(ulong hash, byte* key, int length)
    {
        if (Count == 1 << (_slotBits - 1))
        {
            Grow();
        }

        if (Count % RecordsPerSlab == 0)
        {
            int slab = Count / RecordsPerSlab;
            if (slab == _slabs.Length)
            {
                Array.Resize(ref _slabs, slab * 2);
            }

            _slabs[slab] = (nint)_records.Allocate(RecordsPerSlab * KeyRecord.Bytes);
        }

        KeyRecord* record = RecordOf(Count);
        (record->Length, record->Number) = (length, Count);
        byte* to = record->Inline;
        if (length > KeyRecord.InlineBytes)
        {
            to = _keys.Allocate(length);
            *(byte**)record->Inline = to;
        }

        new ReadOnlySpan<byte>(key, length).CopyTo(new Span<byte>(to, length));
        Count++;
        Put((hash & TagMask) | (uint)Count);
        return record;
    }

    private void Grow()
    {
        if (_slotBits == MostSlotBits)
        {
            throw new SessionizeException($"More than {Count} different users or pages do not fit one run: split the input by user, and run once for each part.");
        }

        NativeBlock memory = _slotMemory;
        ulong* slot = _slots;
        ulong* end = slot + Mask + 1;
        MakeSlots(_slotBits + 1);
        for (; slot < end; slot++)
        {
            if (*slot != 0)
            {
                Put(*slot);
            }
        }

        memory.Dispose();
    }

    private void Put(ulong slot)
    {
        uint mask = Mask;
        uint at = First(slot);
        while (_slots[at] != 0)
        {
            at = (at + 1) & mask;
        }

        _slots[at] = slot;
    }
}
