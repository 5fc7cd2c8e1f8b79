using System.Buffers.Binary;

namespace Sessionize.Parquet.Columns;

/// <summary>The least and the greatest of the texts seen, in the order of their bytes. They are not copied, so they must stay where they are.</summary>
internal ref struct TextExtremes
{
    private bool _hasValues;

    // The first eight bytes of each; most texts are told from both by them.
    private ulong _minHead;
    private ulong _maxHead;
    private ReadOnlySpan<byte> _min;
    private ReadOnlySpan<byte> _max;

    public void Include(ReadOnlySpan<byte> text)
    {
        ulong head = Head(text);
        if (!_hasValues)
        {
            _hasValues = true;
            _minHead = _maxHead = head;
            _min = _max = text;
            return;
        }

        if (head <= _minHead && (head < _minHead || text.SequenceCompareTo(_min) < 0))
        {
            _minHead = head;
            _min = text;
        }

        if (head >= _maxHead && (head > _maxHead || text.SequenceCompareTo(_max) > 0))
        {
            _maxHead = head;
            _max = text;
        }
    }

    public void Include(in TextExtremes other)
    {
        if (other._hasValues)
        {
            Include(other._min);
            Include(other._max);
        }
    }

    /// <summary>The bounds of a page; none, if no text was seen.</summary>
    /// <remarks>A column index has no way to leave out a greatest value: where no short one is above it, it stands there whole.</remarks>
    public readonly PageBounds? OfPage()
    {
        if (!_hasValues)
        {
            return null;
        }

        ReadOnlySpan<byte> max = TextBounds.Prefix(_max);
        return new PageBounds(
            TextBounds.Prefix(_min).ToArray(), max.Length == _max.Length ? _max.ToArray() : TextBounds.Above(max) ?? _max.ToArray());
    }

    /// <summary>The bounds of a row group, cut to so many bytes; none, if no text was seen.</summary>
    public readonly ChunkBounds? OfChunk(int mostBytes = TextBounds.MostBytes)
    {
        if (!_hasValues)
        {
            return null;
        }

        ReadOnlySpan<byte> min = TextBounds.PrefixOfBytes(_min, mostBytes);
        ReadOnlySpan<byte> max = TextBounds.PrefixOfBytes(_max, mostBytes);
        return new ChunkBounds(min.ToArray(), min.Length == _min.Length, max.ToArray(), max.Length == _max.Length);
    }

    private static ulong Head(ReadOnlySpan<byte> text)
    {
        if (text.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(text);
        }

        ulong head = 0;
        for (int i = 0; i < text.Length; i++)
        {
            head |= (ulong)text[i] << (56 - (8 * i));
        }

        return head;
    }
}
