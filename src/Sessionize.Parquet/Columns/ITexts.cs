namespace Sessionize.Parquet.Columns;

/// <summary>Texts by number. Implemented by structures, so that the encoders' loops have no calls in them.</summary>
internal interface ITexts
{
    /// <summary>The number of texts.</summary>
    int Count { get; }

    /// <summary>A text's bytes, which stay where they are while a row group is encoded.</summary>
    ReadOnlySpan<byte> this[int number] { get; }
}
