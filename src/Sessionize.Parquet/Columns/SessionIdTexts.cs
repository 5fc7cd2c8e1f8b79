namespace Sessionize.Parquet.Columns;

/// <summary>A batch's session ids, by row.</summary>
internal readonly struct SessionIdTexts(SessionBatch rows) : ITexts
{
    public int Count => rows.Count;

    public ReadOnlySpan<byte> this[int number] => rows.SessionId(number);
}
