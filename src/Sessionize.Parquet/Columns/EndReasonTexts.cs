namespace Sessionize.Parquet.Columns;

/// <summary>A batch's end reasons.</summary>
internal readonly struct EndReasonTexts(SessionBatch rows) : ITexts
{
    public int Count => rows.EndReasonCount;

    public ReadOnlySpan<byte> this[int number] => rows.EndReason(number);
}
