namespace Sessionize.Parquet.Columns;

/// <summary>A row group whose bytes are ready, wherever in a file they will stand.</summary>
/// <param name="RowCount">The rows.</param>
/// <param name="Columns">What is known of each column.</param>
/// <param name="Bytes">The bytes; given back when they are written.</param>
internal sealed record EncodedRowGroup(int RowCount, IReadOnlyList<EncodedColumn> Columns, SegmentedBuffer Bytes);
