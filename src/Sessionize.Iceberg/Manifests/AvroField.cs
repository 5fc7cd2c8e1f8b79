namespace Sessionize.Iceberg.Manifests;

/// <summary>A field of an Avro record.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its Iceberg id; <see langword="null"/>: the writer gave none.</param>
/// <param name="Type">Its type.</param>
internal sealed record AvroField(string Name, int? Id, AvroType Type);
