namespace Sessionize.Parquet.Columns;

/// <summary>A batch's pages.</summary>
internal readonly struct PageTexts(SessionBatch rows) : ITexts
{
    public int Count => rows.PageCount;

    public ReadOnlySpan<byte> this[int number] => rows.Page(number);
}
