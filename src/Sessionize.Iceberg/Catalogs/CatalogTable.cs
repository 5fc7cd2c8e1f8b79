using Sessionize.Iceberg.Metadata;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>A table as its catalog had it at one moment. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MetadataLocation">Where the metadata was read; <see langword="null"/>, if the catalog does not tell.</param>
/// <param name="Metadata">What it says.</param>
/// <param name="Storage">Reads and writes its files; the catalog's own, and closed with it.</param>
internal sealed record CatalogTable(TableName Name, string? MetadataLocation, TableMetadata Metadata, IFileStorage Storage)
{
    /// <summary>
    /// The SHA-256 of the metadata file's bytes, where a file's name does not tell its content: a table that was dropped and made again numbers its files
    /// from the beginning. <see langword="null"/>, where names are never used twice.
    /// </summary>
    public string? MetadataDigest { get; init; }
}
