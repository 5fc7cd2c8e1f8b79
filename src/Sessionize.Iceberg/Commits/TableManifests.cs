using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Commits;

/// <summary>Reads the manifests of a snapshot.</summary>
internal static class TableManifests
{
    /// <summary>Reads the list of manifests of a snapshot; none of no snapshot.</summary>
    /// <exception cref="SessionizeException">A file is missing or damaged.</exception>
    public static async ValueTask<IReadOnlyList<ManifestFile>> ListAsync(CatalogTable table, Snapshot? snapshot, CancellationToken cancellationToken)
    {
        if (snapshot is null)
        {
            return [];
        }

        return snapshot.ManifestList is { } list
            ? ManifestListReader.Read(await ReadAsync(table, list, cancellationToken).ConfigureAwait(false), list)
            : throw new SessionizeException(
                $"The snapshot {snapshot.Id} of {table.Name} names its manifests itself, as Iceberg did before 2019, and cannot be added to. Rewrite its manifests with Spark first.");
    }

    /// <summary>Reads the files that a manifest names.</summary>
    /// <exception cref="SessionizeException">It is missing or damaged.</exception>
    public static async ValueTask<IReadOnlyList<ManifestEntry>> EntriesAsync(CatalogTable table, ManifestFile manifest, CancellationToken cancellationToken) =>
        ManifestReader.Read(await ReadAsync(table, manifest.Path, cancellationToken).ConfigureAwait(false), manifest, table.Metadata);

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CatalogTable table, string location, CancellationToken cancellationToken) =>
        await table.Storage.TryReadAsync(location, cancellationToken).ConfigureAwait(false)
        ?? throw new SessionizeException($"'{location}' is missing, which the metadata of {table.Name} names. Restore it, or roll the table back to a snapshot whose files are there.");
}
