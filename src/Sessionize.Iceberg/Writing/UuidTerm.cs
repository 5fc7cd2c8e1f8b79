using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Format;
using Sessionize.Parquet.Schema;

namespace Sessionize.Iceberg.Writing;

/// <summary>The UUID that a text is.</summary>
/// <param name="source">Gives a row's text.</param>
/// <param name="column">The column that takes UUIDs.</param>
internal sealed class UuidTerm(TextSource source, SessionParquetColumn column) : RowTerm
{
    private const int UuidBytes = 16;

    /// <inheritdoc/>
    public override void WriteKey(SessionBatch rows, int row, bool nullsFirst, bool isDescending, ByteBuffer key)
    {
        int start = key.Length;
        _ = Read(rows, row).TryWriteBytes(key.GetSpan(UuidBytes), bigEndian: true, out _);
        key.Advance(UuidBytes);
        if (isDescending)
        {
            KeyBytes.Reverse(key, start);
        }
    }

    /// <inheritdoc/>
    public override object? ValueOf(SessionBatch rows, int row) => Read(rows, row);

    /// <summary>A row's UUID.</summary>
    /// <exception cref="SessionizeException">The text is none.</exception>
    public Guid Read(SessionBatch rows, int row)
    {
        _ = source.TryRead(rows, row, out ReadOnlySpan<byte> text);
        return ConvertedColumnEncoder.UuidOf(text, column, rows.SessionId(row));
    }
}
