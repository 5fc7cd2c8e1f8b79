using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>A whole number, never null: of numbers, days, times, and true and false.</summary>
/// <param name="read">Gives a row's number.</param>
/// <param name="box">Gives the value that a number stands for.</param>
internal sealed class NumberTerm(Func<SessionBatch, int, long> read, Func<long, object> box) : RowTerm
{
    /// <inheritdoc/>
    public override void WriteKey(SessionBatch rows, int row, bool nullsFirst, bool isDescending, ByteBuffer key)
    {
        long value = read(rows, row);
        KeyBytes.Write(key, isDescending ? ~value : value);
    }

    /// <inheritdoc/>
    public override object? ValueOf(SessionBatch rows, int row) => box(read(rows, row));
}
