namespace Sessionize.Iceberg.Manifests;

/// <summary>What a manifest list says of a partition field over all files of a manifest.</summary>
/// <param name="ContainsNull">Whether one or more have no value.</param>
/// <param name="ContainsNan">Whether one or more have a value that is no number; <see langword="null"/>: not told.</param>
/// <param name="LowerBound">The least value, in Iceberg's binary form; none, if all are null.</param>
/// <param name="UpperBound">The greatest.</param>
internal sealed record FieldSummary(bool ContainsNull, bool? ContainsNan, byte[]? LowerBound, byte[]? UpperBound);
