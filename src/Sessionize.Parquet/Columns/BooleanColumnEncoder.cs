using Sessionize.Parquet.Format;

namespace Sessionize.Parquet.Columns;

/// <summary>Encodes columns of true and false, none of which is null.</summary>
internal static class BooleanColumnEncoder
{
    public static EncodedColumn Encode(ColumnChunkWriter chunk, ReadOnlySpan<bool> values, PageLimits limits)
    {
        PageBounds all = BoundsOf(values);
        while (!values.IsEmpty)
        {
            ReadOnlySpan<bool> page = values[..Math.Min(limits.Rows, values.Length)];
            LevelWriter.WriteAllDefined(chunk.Page, chunk.Column.DefinedLevel, page.Length);
            Span<byte> bits = chunk.Page.GetSpan((page.Length + 7) / 8)[..((page.Length + 7) / 8)];
            bits.Clear();
            for (int i = 0; i < page.Length; i++)
            {
                bits[i >> 3] |= (byte)((page[i] ? 1 : 0) << (i & 7));
            }

            chunk.Page.Advance(bits.Length);
            chunk.WriteData(page.Length, page.Length, PageEncoding.Plain, nullCount: 0, BoundsOf(page));
            values = values[page.Length..];
        }

        return chunk.End(new ChunkBounds(all.Min, IsMinExact: true, all.Max, IsMaxExact: true));
    }

    private static PageBounds BoundsOf(ReadOnlySpan<bool> values) =>
        new([values.Contains(false) ? (byte)0 : (byte)1], [values.Contains(true) ? (byte)1 : (byte)0]);
}
