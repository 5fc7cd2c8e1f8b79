namespace Sessionize.Parquet.Columns;

/// <summary>A data page of an encoded row group, as the page index knows it.</summary>
/// <param name="Offset">Where its header stands, from the beginning of the row group.</param>
/// <param name="Size">The header and the compressed content, in bytes.</param>
/// <param name="FirstRow">Its first row in the row group.</param>
/// <param name="NullCount">The values that are not there; of a list, the empty ones.</param>
/// <param name="Bounds">The least and the greatest value; none, if all are null.</param>
internal readonly record struct EncodedPage(long Offset, int Size, int FirstRow, long NullCount, PageBounds? Bounds);
