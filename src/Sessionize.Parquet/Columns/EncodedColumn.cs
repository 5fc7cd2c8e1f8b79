using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Columns;

/// <summary>A column of an encoded row group: what the footer, the page index and a manifest say of it.</summary>
/// <param name="Column">The column.</param>
/// <param name="ValueCount">The values, the absent ones and empty lists included.</param>
/// <param name="NullCount">The values that are not there; of a list, the empty ones.</param>
/// <param name="Bounds">The least and the greatest value; none, if all are null.</param>
/// <param name="DictionaryOffset">Where the dictionary's page stands, from the beginning of the row group; none, if there is no dictionary.</param>
/// <param name="UncompressedSize">All pages with their headers, in bytes, as if nothing were compressed.</param>
/// <param name="CompressedSize">All pages with their headers, in bytes.</param>
/// <param name="Pages">The data pages.</param>
internal sealed record EncodedColumn(
    SessionParquetColumn Column,
    long ValueCount,
    long NullCount,
    ChunkBounds? Bounds,
    long? DictionaryOffset,
    long UncompressedSize,
    long CompressedSize,
    IReadOnlyList<EncodedPage> Pages);
