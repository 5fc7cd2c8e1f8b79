namespace Sessionize.Iceberg.Manifests;

/// <summary>What the files of a manifest hold; the numbers are those of manifest lists.</summary>
internal enum ManifestContent
{
    /// <summary>Rows.</summary>
    Data = 0,

    /// <summary>Deleted rows.</summary>
    Deletes = 1,
}
