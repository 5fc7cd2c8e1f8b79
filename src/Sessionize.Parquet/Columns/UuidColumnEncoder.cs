using Sessionize.Parquet.Format;

namespace Sessionize.Parquet.Columns;

/// <summary>Encodes columns of UUIDs, none of which is null: sixteen bytes each, the most significant first. Not thread-safe.</summary>
internal sealed class UuidColumnEncoder(PageLimits limits)
{
    private const int UuidBytes = 16;

    public EncodedColumn Encode(ColumnChunkWriter chunk, ReadOnlySpan<Guid> values)
    {
        int pageRows = Math.Clamp(limits.Bytes / UuidBytes, 1, limits.Rows);
        byte[]? min = null;
        byte[]? max = null;
        while (!values.IsEmpty)
        {
            ReadOnlySpan<Guid> page = values[..Math.Min(pageRows, values.Length)];
            LevelWriter.WriteAllDefined(chunk.Page, chunk.Column.DefinedLevel, page.Length);
            PageBounds bounds = WriteValues(chunk.Page, page);
            chunk.WriteData(page.Length, page.Length, PageEncoding.Plain, nullCount: 0, bounds);
            min = min is null || bounds.Min.AsSpan().SequenceCompareTo(min) < 0 ? bounds.Min : min;
            max = max is null || bounds.Max.AsSpan().SequenceCompareTo(max) > 0 ? bounds.Max : max;
            values = values[page.Length..];
        }

        return chunk.End(new ChunkBounds(min!, IsMinExact: true, max!, IsMaxExact: true));
    }

    private static PageBounds WriteValues(ByteBuffer page, ReadOnlySpan<Guid> values)
    {
        Span<byte> bytes = page.GetSpan(values.Length * UuidBytes)[..(values.Length * UuidBytes)];
        ReadOnlySpan<byte> min = default;
        ReadOnlySpan<byte> max = default;
        for (int i = 0; i < values.Length; i++)
        {
            Span<byte> value = bytes.Slice(i * UuidBytes, UuidBytes);
            _ = values[i].TryWriteBytes(value, bigEndian: true, out _);
            min = i == 0 || value.SequenceCompareTo(min) < 0 ? value : min;
            max = i == 0 || value.SequenceCompareTo(max) > 0 ? value : max;
        }

        page.Advance(bytes.Length);
        return new PageBounds(min.ToArray(), max.ToArray());
    }
}
