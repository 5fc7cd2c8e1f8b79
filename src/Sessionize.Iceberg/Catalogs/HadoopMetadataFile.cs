namespace Sessionize.Iceberg.Catalogs;

/// <summary>A metadata file in a table's folder.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Location">Where it lies.</param>
/// <param name="Content">Its bytes; <see langword="null"/>, if they were not read yet.</param>
/// <param name="IsForeign">Whether it is named as the catalogs name theirs that hold the name of the current file elsewhere.</param>
internal sealed record HadoopMetadataFile(int Version, string Location, ReadOnlyMemory<byte>? Content, bool IsForeign = false);
