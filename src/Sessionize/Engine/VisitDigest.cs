using System.IO.Hashing;

namespace Sessionize.Engine;

/// <summary>The hash of one visit's values as they are written and read: the same for the same visit, wherever it stands in a part and whatever stands before it.</summary>
/// <remarks>Not thread-safe. Texts go in themselves, not as a block's numbers for them.</remarks>
internal sealed class VisitDigest
{
    private byte[] _bytes = new byte[1024];
    private int _used;

    public void Begin() => _used = 0;

    public void Add(long value)
    {
        Reserve(Leb128.MostBytes);
        Leb128.WriteSigned(_bytes, ref _used, value);
    }

    public void Add(ReadOnlySpan<byte> text)
    {
        Add(text.Length);
        Reserve(text.Length);
        text.CopyTo(_bytes.AsSpan(_used));
        _used += text.Length;
    }

    public ulong End() => XxHash3.HashToUInt64(_bytes.AsSpan(0, _used));

    private void Reserve(int bytes)
    {
        if (_bytes.Length - _used < bytes)
        {
            Array.Resize(ref _bytes, checked(Math.Max(_used + bytes, _bytes.Length * 2)));
        }
    }
}
