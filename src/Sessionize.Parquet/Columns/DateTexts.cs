namespace Sessionize.Parquet.Columns;

/// <summary>Dates one behind the other, <c>yyyy-MM-dd</c>.</summary>
internal readonly struct DateTexts(ReadOnlyMemory<byte> texts) : ITexts
{
    public const int TextBytes = 10;

    public int Count => texts.Length / TextBytes;

    public ReadOnlySpan<byte> this[int number] => texts.Span.Slice(number * TextBytes, TextBytes);
}
