using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>Rows as bytes in one piece of memory, in the order in which they came. Filled by one thread, then read by any number.</summary>
internal sealed class RowSegment(int size)
{
    /// <summary>The size of all segments but those of a larger row.</summary>
    public const int UsualBytes = 256 * 1024;

    private const int CacheLineBytes = 64;
    private const int UsualRows = UsualBytes / 128;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(size);
    private readonly List<RowEntry> _entries = new(size == UsualBytes ? UsualRows : 1);
    private int _length;

    /// <summary>What it takes in memory.</summary>
    public long MemoryBytes => _bytes.Length + ((long)_entries.Capacity * Marshal.SizeOf<RowEntry>());

    /// <summary>Whether it can be used again for other rows.</summary>
    public bool IsUsual => _bytes.Length == UsualBytes;

    /// <summary>The rows.</summary>
    public ReadOnlySpan<RowEntry> Entries => CollectionsMarshal.AsSpan(_entries);

    /// <summary>The bytes that a row takes.</summary>
    public static int SizeOf(int keyLength, int bodyLength) => (2 * sizeof(int)) + keyLength + bodyLength;

    /// <summary>Adds a row.</summary>
    /// <returns>Whether there was room for it.</returns>
    public bool TryAdd(int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> body)
    {
        int size = SizeOf(key.Length, body.Length);
        if (_bytes.Length - _length < size)
        {
            return false;
        }

        Span<byte> target = _bytes.AsSpan(_length, size);
        MemoryMarshal.Write(target, key.Length);
        MemoryMarshal.Write(target[sizeof(int)..], body.Length);
        key.CopyTo(target[(2 * sizeof(int))..]);
        body.CopyTo(target[((2 * sizeof(int)) + key.Length)..]);
        _entries.Add(new RowEntry(KeyBytes.Head(key), partition, _length));
        _length += size;
        return true;
    }

    /// <summary>The sort key of the row that begins at an offset.</summary>
    public ReadOnlySpan<byte> Key(int offset) => _bytes.AsSpan(offset + (2 * sizeof(int)), MemoryMarshal.Read<int>(_bytes.AsSpan(offset)));

    /// <summary>The row that begins at an offset, without its key.</summary>
    public ReadOnlySpan<byte> Body(int offset) => _bytes.AsSpan(
        offset + (2 * sizeof(int)) + MemoryMarshal.Read<int>(_bytes.AsSpan(offset)), MemoryMarshal.Read<int>(_bytes.AsSpan(offset + sizeof(int))));

    /// <summary>Asks the processor for the memory of the row that begins at an offset, without waiting for it.</summary>
    public unsafe void Fetch(int offset)
    {
        if (Sse.IsSupported)
        {
            // The array may move meanwhile: then other memory is asked for, and nothing is read.
            byte* row = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes)) + offset;
            Sse.Prefetch0(row);
            Sse.Prefetch0(row + CacheLineBytes);
            Sse.Prefetch0(row + (2 * CacheLineBytes));
        }
    }

    /// <summary>Empties it; its memory stays.</summary>
    public void Clear()
    {
        _entries.Clear();
        _length = 0;
    }
}
