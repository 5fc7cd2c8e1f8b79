using System.Globalization;
using System.IO.Compression;
using Sessionize.Iceberg.Metadata;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>Metadata files: their content, compressed or not, and their names.</summary>
internal static class MetadataFiles
{
    /// <summary>The end of a metadata file's name.</summary>
    public const string Extension = ".metadata.json";

    /// <summary>The end of a compressed one's.</summary>
    public const string GzipExtension = ".gz" + Extension;

    /// <summary>The end of a compressed one's that old writers made.</summary>
    public const string OldGzipExtension = Extension + ".gz";

    /// <summary>Reads a metadata file.</summary>
    /// <returns>What it says; <see langword="null"/>, if there is no such file.</returns>
    /// <exception cref="SessionizeException">It is damaged, or of a version that is not read.</exception>
    public static async ValueTask<TableMetadata?> TryReadAsync(IFileStorage storage, string location, CancellationToken cancellationToken) =>
        await storage.TryReadAsync(location, cancellationToken).ConfigureAwait(false) is { } content ? Parse(content, location) : null;

    /// <summary>Understands the content of a metadata file.</summary>
    /// <exception cref="SessionizeException">It is damaged, or of a version that is not read.</exception>
    public static TableMetadata Parse(ReadOnlyMemory<byte> content, string location) => TableMetadataJson.Read(content, location);

    /// <summary>The content of a metadata file.</summary>
    /// <param name="metadata">What it is to say.</param>
    /// <param name="isCompressed">Whether its name has the end of compressed ones.</param>
    public static ReadOnlyMemory<byte> Write(TableMetadata metadata, bool isCompressed)
    {
        ReadOnlyMemory<byte> json = TableMetadataJson.Write(metadata);
        if (!isCompressed)
        {
            return json;
        }

        using MemoryStream buffer = new();
        using (GZipStream gzip = new(buffer, CompressionLevel.Optimal))
        {
            gzip.Write(json.Span);
        }

        return buffer.ToArray();
    }

    /// <summary>Whether the name is that of a compressed metadata file.</summary>
    public static bool IsCompressed(string location) =>
        location.EndsWith(GzipExtension, StringComparison.Ordinal) || location.EndsWith(OldGzipExtension, StringComparison.Ordinal);

    /// <summary>Whether a name is that of a metadata file.</summary>
    public static bool IsMetadata(string name) => name.EndsWith(Extension, StringComparison.Ordinal) || name.EndsWith(OldGzipExtension, StringComparison.Ordinal);

    /// <summary>A name for the next metadata file of a table whose catalog holds the name of the current one.</summary>
    /// <param name="metadata">What it is to say.</param>
    /// <param name="version">Its number.</param>
    public static string NewLocation(TableMetadata metadata, int version)
    {
        TableProperties properties = new(metadata);
        string folder = properties.MetadataLocation ?? FileLocations.Join(metadata.Location, "metadata");
        return string.Create(CultureInfo.InvariantCulture, $"{folder}/{version:D5}-{Guid.NewGuid()}{(properties.CompressMetadata ? GzipExtension : Extension)}");
    }

    /// <summary>The number in the name of a metadata file <c>00012-….metadata.json</c>.</summary>
    /// <returns>The number; -1, if there is none.</returns>
    public static int VersionOf(string location)
    {
        string name = FileLocations.Name(location);
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && int.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : -1;
    }

    /// <summary>Deletes files that nobody needs, as well as it can be done: what stays is an orphan, and no harm.</summary>
    public static async ValueTask DeleteQuietlyAsync(IFileStorage storage, IReadOnlyCollection<string> locations)
    {
        try
        {
            if (locations.Count > 0)
            {
                await storage.DeleteAsync(locations, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (SessionizeException)
        {
            // The commit is made; it does not depend on this.
        }
    }
}
