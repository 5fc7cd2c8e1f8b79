namespace Sessionize.Parquet.Columns;

/// <summary>Bytes in pieces of memory from a pool. Not thread-safe.</summary>
internal sealed class SegmentedBuffer(SegmentPool pool)
{
    private readonly List<byte[]> _segments = [];
    private int _free;

    /// <summary>The number of bytes written.</summary>
    public long Length { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_free == 0)
            {
                _segments.Add(pool.Take());
                _free = SegmentPool.SegmentBytes;
            }

            int count = Math.Min(bytes.Length, _free);
            bytes[..count].CopyTo(_segments[^1].AsSpan(SegmentPool.SegmentBytes - _free));
            bytes = bytes[count..];
            _free -= count;
        }
    }

    public async ValueTask CopyToAsync(Stream target, CancellationToken cancellationToken)
    {
        for (int i = 0; i < _segments.Count; i++)
        {
            int length = SegmentPool.SegmentBytes - (i == _segments.Count - 1 ? _free : 0);
            await target.WriteAsync(_segments[i].AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the memory back; the bytes are gone.</summary>
    public void Release()
    {
        _segments.ForEach(pool.Return);
        _segments.Clear();
        _free = 0;
        Length = 0;
    }
}
