namespace Sessionize.Parquet.Columns;

/// <summary>The least and the greatest value of a page, as they are written into the column index.</summary>
/// <param name="Min">At most the least value.</param>
/// <param name="Max">At least the greatest value.</param>
internal sealed record PageBounds(byte[] Min, byte[] Max);
