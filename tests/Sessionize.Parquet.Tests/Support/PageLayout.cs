namespace Sessionize.Parquet.Tests.Support;

/// <summary>A data page, as the page index has it.</summary>
internal sealed record PageLayout(long Offset, int Size, int FirstRow, int RowCount, long NullCount, byte[]? Min, byte[]? Max);
