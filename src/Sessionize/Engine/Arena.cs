namespace Sessionize.Engine;

/// <summary>Memory that does not move, given out from front to back and taken back all at once.</summary>
/// <remarks>Not thread-safe. Nothing that was given out may be used after <see cref="Dispose"/>, nor when nobody refers to the arena any more.</remarks>
internal sealed unsafe class Arena : IDisposable
{
    /// <summary>What is given out has a multiple of this length, so a caller of whole cache lines only gets whole cache lines.</summary>
    public const int Granularity = 8;

    // The first slabs are small: most arenas of a small run hold a few kilobytes. Then they are so large that they have large pages.
    private const int FirstSlabBytes = 64 * 1024;
    private const int SlabBytes = 2 * NativeBlock.LargePage;
    private const int SlabGrowth = 4;
    private const int OwnSlabBytes = SlabBytes / 4;

    private readonly List<(NativeBlock Block, int Bytes)> _slabs = [];
    private readonly List<NativeBlock> _ownSlabs = [];
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
            NativeBlock own = new((nuint)bytes);
            _ownSlabs.Add(own);
            Used += bytes;
            return own.Start;
        }

        if (_end - _next < bytes)
        {
            NextSlab(bytes);
        }

        byte* given = _next;
        _next += bytes;
        Used += bytes;
        return given;
    }

    /// <summary>Takes everything back; nothing that was given out may be used any more. The memory stays for what comes.</summary>
    public void Reset()
    {
        ReleaseOwnSlabs();
        _slabsInUse = 0;
        _next = _end = null;
        Used = 0;
    }

    public void Dispose()
    {
        Reset();
        foreach ((NativeBlock block, _) in _slabs)
        {
            block.Dispose();
        }

        _slabs.Clear();
    }

    private void NextSlab(int leastBytes)
    {
        Used += _end - _next;
        while (_slabsInUse < _slabs.Count && _slabs[_slabsInUse].Bytes < leastBytes)
        {
            _slabsInUse++;
        }

        if (_slabsInUse == _slabs.Count)
        {
            int bytes = _slabs.Count == 0 ? FirstSlabBytes : Math.Min(_slabs[^1].Bytes * SlabGrowth, SlabBytes);
            bytes = bytes < leastBytes ? SlabBytes : bytes;
            _slabs.Add((new NativeBlock((nuint)bytes), bytes));
        }

        (NativeBlock slab, int length) = _slabs[_slabsInUse++];
        _next = slab.Start;
        _end = _next + length;
    }

    private void ReleaseOwnSlabs()
    {
        foreach (NativeBlock own in _ownSlabs)
        {
            own.Dispose();
        }

        _ownSlabs.Clear();
    }
}
