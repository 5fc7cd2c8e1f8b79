namespace Sessionize.Parquet.Columns;

/// <summary>The options of a writer, checked and fixed.</summary>
/// <param name="Compression">How pages are compressed.</param>
/// <param name="CompressionLevel">Zstandard's level.</param>
/// <param name="PageLimits">Where pages end.</param>
/// <param name="RowGroupRows">The rows of a row group of sessions that come one by one.</param>
internal readonly record struct ParquetWriterSettings(ParquetCompression Compression, int CompressionLevel, PageLimits PageLimits, int RowGroupRows);
