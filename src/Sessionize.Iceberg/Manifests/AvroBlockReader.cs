namespace Sessionize.Iceberg.Manifests;

/// <summary>Reads the records of a block.</summary>
/// <param name="count">How many there are.</param>
/// <param name="block">Their bytes.</param>
internal delegate void AvroBlockReader(int count, ref AvroDecoder block);
