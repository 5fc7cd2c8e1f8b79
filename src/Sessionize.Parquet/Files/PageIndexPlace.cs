namespace Sessionize.Parquet.Files;

/// <summary>Where the page index of a column in a row group stands in the file.</summary>
/// <param name="ColumnIndexOffset">Where its statistics begin.</param>
/// <param name="ColumnIndexLength">Their length.</param>
/// <param name="OffsetIndexOffset">Where its pages' places begin.</param>
/// <param name="OffsetIndexLength">Their length.</param>
internal readonly record struct PageIndexPlace(long ColumnIndexOffset, int ColumnIndexLength, long OffsetIndexOffset, int OffsetIndexLength);
