using System.Text;
using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>A text, or its first code points.</summary>
/// <param name="source">Gives a row's text.</param>
/// <param name="codePoints">The most code points; <see cref="int.MaxValue"/>: the whole text.</param>
internal sealed class TextTerm(TextSource source, int codePoints) : RowTerm
{
    /// <inheritdoc/>
    public override void Begin() => source.Begin();

    /// <inheritdoc/>
    public override void WriteKey(SessionBatch rows, int row, bool nullsFirst, bool isDescending, ByteBuffer key)
    {
        bool isThere = source.TryRead(rows, row, out ReadOnlySpan<byte> text);
        if (source.MayBeNull)
        {
            KeyBytes.WritePresence(key, !isThere, nullsFirst);
        }

        if (isThere)
        {
            int start = key.Length;
            KeyBytes.Write(key, TextBounds.Prefix(text, codePoints));
            if (isDescending)
            {
                KeyBytes.Reverse(key, start);
            }
        }
    }

    /// <inheritdoc/>
    public override object? ValueOf(SessionBatch rows, int row) =>
        source.TryRead(rows, row, out ReadOnlySpan<byte> text) ? Encoding.UTF8.GetString(TextBounds.Prefix(text, codePoints)) : null;
}
