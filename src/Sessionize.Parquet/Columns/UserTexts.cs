namespace Sessionize.Parquet.Columns;

/// <summary>A batch's users.</summary>
internal readonly struct UserTexts(SessionBatch rows) : ITexts
{
    public int Count => rows.UserCount;

    public ReadOnlySpan<byte> this[int number] => rows.User(number);
}
