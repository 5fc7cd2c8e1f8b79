namespace Sessionize.Iceberg.Metadata;

/// <summary>An earlier metadata file.</summary>
/// <param name="TimestampMs">When it was written, in milliseconds since the Unix epoch.</param>
/// <param name="MetadataFile">Where it lies.</param>
internal readonly record struct MetadataLogEntry(long TimestampMs, string MetadataFile);
