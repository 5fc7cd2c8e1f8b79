namespace Sessionize.Parquet.Tests.Support;

/// <summary>A column of a row group, as footer and page index have it.</summary>
internal sealed record ChunkLayout(
    string Path,
    int Type,
    long ValueCount,
    long UncompressedSize,
    long CompressedSize,
    long DataOffset,
    long? DictionaryOffset,
    long NullCount,
    byte[]? Min,
    bool? IsMinExact,
    byte[]? Max,
    bool? IsMaxExact,
    int BoundaryOrder,
    IReadOnlyList<PageLayout> Pages);
