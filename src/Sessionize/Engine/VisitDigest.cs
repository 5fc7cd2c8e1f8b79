using System.IO.Hashing;

namespace Sessionize.Engine;

/// <summary>The hash of one visit's values as they are written and read: the same for the same visit, wherever it stands in a part and whatever stands before it.</summary>
/// <remarks>Not thread-safe. Texts go in themselves, not as a block's numbers for them.</remarks>
internal sealed class VisitDigest
{
    private const int BufferBytes = 4096;

    private readonly byte[] _bytes = new byte[BufferBytes];
    private readonly XxHash3 _long = new();
    private int _used;
    private bool _isLong;

    public void Begin()
    {
        _used = 0;
        if (_isLong)
        {
            _long.Reset();
            _isLong = false;
        }
    }

    public void Add(long value)
    {
        if (BufferBytes - _used < Leb128.MostBytes)
        {
            Flush();
        }

        Leb128.WriteSigned(_bytes, ref _used, value);
    }

    public void Add(ReadOnlySpan<byte> text)
    {
        Add(text.Length);
        if (BufferBytes - _used < text.Length)
        {
            Flush();
        }

        if (text.Length > BufferBytes)
        {
            _long.Append(text);
            return;
        }

        text.CopyTo(_bytes.AsSpan(_used));
        _used += text.Length;
    }

    public ulong End()
    {
        if (!_isLong)
        {
            return XxHash3.HashToUInt64(_bytes.AsSpan(0, _used));
        }

        Flush();
        return _long.GetCurrentHashAsUInt64();
    }

    /// <summary>A visit that does not fit, as a robot's: it is hashed piece by piece, which gives the same as at once.</summary>
    private void Flush()
    {
        _long.Append(_bytes.AsSpan(0, _used));
        _used = 0;
        _isLong = true;
    }
}
