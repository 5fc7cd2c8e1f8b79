namespace Sessionize.Soak.Tests;

/// <summary>Where the table of a soak is.</summary>
internal enum SoakPlaceKind
{
    /// <summary>In a folder, whose numbered files are the catalog; state beside it.</summary>
    HadoopLocal,

    /// <summary>In a REST catalog, its files and the state on S3.</summary>
    RestOnS3,
}
