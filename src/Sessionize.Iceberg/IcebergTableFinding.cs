namespace Sessionize.Iceberg;

/// <summary>Something about a table that is not as it has to be.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
/// <param name="Code">What kind of thing, in words that do not change, such as <c>file-missing</c>, <c>record-count</c> and <c>duplicate-session</c>.</param>
/// <param name="Place">Where: a file, a snapshot, a session.</param>
/// <param name="Message">What is wrong there, in a sentence.</param>
public sealed record IcebergTableFinding(string Code, string Place, string Message);
