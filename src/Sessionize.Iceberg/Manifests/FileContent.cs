namespace Sessionize.Iceberg.Manifests;

/// <summary>What a file of a table holds; the numbers are those of manifests.</summary>
internal enum FileContent
{
    /// <summary>Rows.</summary>
    Data = 0,

    /// <summary>Rows that are deleted, by file and position.</summary>
    PositionDeletes = 1,

    /// <summary>Rows that are deleted, by their values.</summary>
    EqualityDeletes = 2,
}
