namespace Sessionize.Iceberg.Manifests;

/// <summary>Reads a value of a type.</summary>
/// <param name="block">Where it stands.</param>
/// <param name="type">The type.</param>
internal delegate T AvroValueReader<T>(ref AvroDecoder block, AvroType type);
