using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sessionize.Engine.Batch;

/// <summary>Memory that does not move, given out from front to back and taken back all at once.</summary>
/// <remarks>Not thread-safe. Its arrays are pinned, not native: what an interrupted run leaves is collected like everything else.</remarks>
internal sealed unsafe class Arena
{
    /// <summary>What is given out has a multiple of this length, so a caller of whole cache lines only gets whole cache lines.</summary>
    public const int Granularity = 8;

    private const int CacheLine = 64;
    private const int SlabBytes = 1024 * 1024;
    private const int OwnSlabBytes = SlabBytes / 4;

    private readonly List<byte[]> _slabs = [];
    private readonly List<byte[]> _ownSlabs = [];
    private int _slabsInUse;
    private byte* _next;
    private byte* _end;

    /// <summary>The bytes that were given out, and those that were passed over.</summary>
    public long Used { get; private set; }

    /// <summary>Gives out memory with anything in it.</summary>
    public byte* Allocate(int bytes)
    {
        bytes = (bytes + Granularity - 1) & -Granularity;
        if (bytes > OwnSlabBytes)
        {
            byte[] own = GC.AllocateUninitializedArray<byte>(bytes + CacheLine, pinned: true);
            _ownSlabs.Add(own);
            Used += bytes;
            return Start(own);
        }

        if (_end - _next < bytes)
        {
            NextSlab();
        }

        byte* given = _next;
        _next += bytes;
        Used += bytes;
        return given;
    }

    /// <summary>Takes everything back; nothing that was given out may be used any more. The memory stays for what comes.</summary>
    public void Reset()
    {
        _ownSlabs.Clear();
        _slabsInUse = 0;
        _next = _end = null;
        Used = 0;
    }

    private void NextSlab()
    {
        Used += _end - _next;
        if (_slabsInUse == _slabs.Count)
        {
            _slabs.Add(GC.AllocateUninitializedArray<byte>(SlabBytes + CacheLine, pinned: true));
        }

        _next = Start(_slabs[_slabsInUse++]);
        _end = _next + SlabBytes;
    }

    private static byte* Start(byte[] slab)
    {
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(slab));
        return (byte*)((address + CacheLine - 1) & ~(nuint)(CacheLine - 1));
    }
}
