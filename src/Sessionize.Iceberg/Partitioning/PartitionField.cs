namespace Sessionize.Iceberg.Partitioning;

/// <summary>A part of a partition spec.</summary>
/// <param name="SourceId">The id of the column that it is made of.</param>
/// <param name="FieldId">Its own id, from 1000 on.</param>
/// <param name="Name">Its name, which paths of data files have.</param>
/// <param name="Transform">How it is made.</param>
internal sealed record PartitionField(int SourceId, int FieldId, string Name, Transform Transform);
