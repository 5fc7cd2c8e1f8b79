namespace Sessionize.Iceberg;

/// <summary>A data or delete file of a table.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
/// <param name="Path">Where it lies: a URI such as <c>file:///…</c> or <c>s3://…</c>.</param>
/// <param name="Content">What it holds: <c>data</c>, <c>position-deletes</c> or <c>equality-deletes</c>.</param>
/// <param name="Partition">Its partition by the names of the fields, as text; <see langword="null"/> for no value.</param>
/// <param name="SpecId">The partition spec by which it was written.</param>
/// <param name="Rows">Its rows; those that a delete file removes are counted, too.</param>
/// <param name="Bytes">Its length, as it is stored.</param>
/// <param name="SequenceNumber">The number of the commit whose rows they are; 0 in tables of format version 1.</param>
public sealed record IcebergFileInfo(
    string Path, string Content, IReadOnlyDictionary<string, string?> Partition, int SpecId, long Rows, long Bytes, long SequenceNumber);
