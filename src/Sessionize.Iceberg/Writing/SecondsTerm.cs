using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>A session's length in seconds.</summary>
/// <param name="isFloat">Whether the table has it in 32 bits.</param>
internal sealed class SecondsTerm(bool isFloat) : RowTerm
{
    private const double MillisecondsPerSecond = 1000.0;

    /// <inheritdoc/>
    public override void WriteKey(SessionBatch rows, int row, bool nullsFirst, bool isDescending, ByteBuffer key)
    {
        int start = key.Length;
        KeyBytes.Write(key, isFloat ? (float)Seconds(rows, row) : Seconds(rows, row));
        if (isDescending)
        {
            KeyBytes.Reverse(key, start);
        }
    }

    /// <inheritdoc/>
    public override object? ValueOf(SessionBatch rows, int row) => isFloat ? (object)(float)Seconds(rows, row) : Seconds(rows, row);

    private static double Seconds(SessionBatch rows, int row) => (rows.EndMs[row] - rows.StartMs[row]) / MillisecondsPerSecond;
}
