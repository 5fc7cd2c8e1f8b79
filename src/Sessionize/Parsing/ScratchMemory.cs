using System.Runtime.InteropServices;

namespace Sessionize.Parsing;

/// <summary>Memory that is handed out piece by piece, stays where it is, and is taken back all at once. Not thread-safe.</summary>
internal sealed unsafe class ScratchMemory
{
    private const int ChunkBytes = 64 * 1024;
    private const int MaxKeptBytes = 1024 * 1024;

    private readonly List<byte[]> _chunks = [];
    private int _chunk;
    private int _used;

    public ScratchMemory() => Add(ChunkBytes);

    /// <summary>Where the next piece will stand: for giving back what was taken since.</summary>
    public (int Chunk, int Used) Mark => (_chunk, _used);

    /// <summary>Hands out a piece, aligned to 8 bytes; its content is anything.</summary>
    public byte* Take(int bytes)
    {
        int rounded = checked(bytes + 7) & ~7;
        if (_chunks[_chunk].Length - _used < rounded)
        {
            Go(rounded);
        }

        byte* piece = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_chunks[_chunk], _used);
        _used += rounded;
        return piece;
    }

    /// <summary>Takes back what was handed out since a mark.</summary>
    public void Rewind((int Chunk, int Used) mark) => (_chunk, _used) = mark;

    /// <summary>Takes everything back.</summary>
    public void Reset()
    {
        if (_chunks.Count > 1)
        {
            // What was needed once in several pieces will be needed again: one piece, unless it was for texts of an unusual size.
            long total = _chunks.Sum(chunk => (long)chunk.Length);
            _chunks.Clear();
            Add((int)Math.Min(total, MaxKeptBytes));
        }

        (_chunk, _used) = (0, 0);
    }

    private void Go(int bytes)
    {
        _chunk++;
        _used = 0;
        if (_chunk < _chunks.Count && _chunks[_chunk].Length < bytes)
        {
            _chunks.RemoveRange(_chunk, _chunks.Count - _chunk);
        }

        if (_chunk == _chunks.Count)
        {
            Add(Math.Max(bytes, ChunkBytes));
        }
    }

    private void Add(int bytes) => _chunks.Add(GC.AllocateUninitializedArray<byte>(bytes, pinned: true));
}
