using Sessionize.Parquet.Columns;

namespace Sessionize.Parquet.Files;

/// <summary>A row group that has its place in a file.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="ByteLength">Its length.</param>
/// <param name="RowCount">Its rows.</param>
/// <param name="Columns">What is known of each column.</param>
internal sealed record FileRowGroup(long Offset, long ByteLength, int RowCount, IReadOnlyList<EncodedColumn> Columns);
