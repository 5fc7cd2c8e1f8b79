using System.Globalization;
using System.Text;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>The folder of a table whose metadata files are numbered: <c>metadata/v1.metadata.json</c>, <c>v2</c> and so on.</summary>
/// <remarks>
/// The greatest number counts. <c>version-hint.text</c> says where to begin to look; it may be behind, ahead, damaged or missing, and is never relied upon.
/// Files that the table has forgotten may be deleted, but the oldest first: where one is there, and the next is not, there is no later one.
/// </remarks>
internal sealed class HadoopTableFolder(IFileStorage storage, string location)
{
    private const string HintName = "version-hint.text";

    private static readonly string[] s_extensions = [MetadataFiles.Extension, MetadataFiles.GzipExtension, MetadataFiles.OldGzipExtension];

    /// <summary>The folder's location.</summary>
    public string Location => location;

    private string Metadata => FileLocations.Join(location, "metadata");

    private string Hint => FileLocations.Join(Metadata, HintName);

    /// <summary>Where the metadata file of a number will lie.</summary>
    public string LocationOf(int version, bool isCompressed) =>
        FileLocations.Join(Metadata, Name(version, isCompressed ? MetadataFiles.GzipExtension : MetadataFiles.Extension));

    /// <summary>The number in the name of a metadata file <c>v12.metadata.json</c>; 0, if there is none.</summary>
    public static int VersionOf(string location)
    {
        string name = FileLocations.Name(location);
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 1 && name[0] == 'v' && s_extensions.Contains(name[dot..])
            && int.TryParse(name.AsSpan(1, dot - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : 0;
    }

    /// <summary>Finds the current metadata file.</summary>
    /// <param name="known">A number that was there once, as a further place to begin; 0 without.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The file; <see langword="null"/>, if there is no table here.</returns>
    /// <exception cref="SessionizeException">There is a table, but none of its metadata files.</exception>
    public async ValueTask<HadoopMetadataFile?> FindCurrentAsync(int known, CancellationToken cancellationToken)
    {
        int hint = await ReadHintAsync(cancellationToken).ConfigureAwait(false);
        HadoopMetadataFile? found = null;
        foreach (int start in (int[])[Math.Max(hint, known), Math.Min(hint, known)])
        {
            found ??= start > 0 ? await TryReadAsync(start, cancellationToken).ConfigureAwait(false) : null;
        }

        found ??= await FindByListingAsync(hasHint: hint != 0, cancellationToken).ConfigureAwait(false);
        while (found is { IsForeign: false } && await TryReadAsync(found.Version + 1, cancellationToken).ConfigureAwait(false) is { } next)
        {
            found = next;
        }

        return found;
    }

    /// <summary>Reads the hint.</summary>
    /// <returns>The number; 0, if there is none; -1, if it cannot be understood.</returns>
    public async ValueTask<int> ReadHintAsync(CancellationToken cancellationToken)
    {
        try
        {
            ReadOnlyMemory<byte>? content = await storage.TryReadAsync(Hint, cancellationToken).ConfigureAwait(false);
            return content is null ? 0
                : int.TryParse(Encoding.UTF8.GetString(content.Value.Span).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version > 0
                    ? version
                    : -1;
        }
        catch (SessionizeException failure) when (!failure.IsTransient)
        {
            // Whatever is in its place, the files themselves decide.
            return -1;
        }
    }

    /// <summary>Writes the hint, as well as it can be done.</summary>
    public async ValueTask WriteHintAsync(int version)
    {
        try
        {
            await storage.WriteAsync(Hint, Encoding.ASCII.GetBytes(version.ToString(CultureInfo.InvariantCulture)), CancellationToken.None).ConfigureAwait(false);
            if (FileLocations.IsLocal(location))
            {
                // The checksum that Hadoop's local file system keeps would be that of the old hint, and Hadoop would refuse the new one.
                await storage.DeleteAsync([ChecksumOf(Hint)], CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (SessionizeException)
        {
            // The commit is made; readers look on from the old hint.
        }
    }

    /// <summary>Whether a metadata file is there.</summary>
    public async ValueTask<bool> HasAsync(int version, CancellationToken cancellationToken) =>
        await TryReadAsync(version, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Deletes metadata files that the table has forgotten, with the checksums that Hadoop may have beside them.</summary>
    public ValueTask DeleteAsync(IReadOnlyList<string> forgotten) => MetadataFiles.DeleteQuietlyAsync(
        storage, FileLocations.IsLocal(location) ? [.. forgotten, .. forgotten.Select(ChecksumOf)] : forgotten);

    private async ValueTask<HadoopMetadataFile?> TryReadAsync(int version, CancellationToken cancellationToken)
    {
        string[] locations = [.. s_extensions.Select(extension => FileLocations.Join(Metadata, Name(version, extension)))];
        ReadOnlyMemory<byte>?[] contents = await Task.WhenAll(
            locations.Select(candidate => storage.TryReadAsync(candidate, cancellationToken).AsTask())).ConfigureAwait(false);
        int at = Array.FindIndex(contents, content => content is not null);
        return at < 0 ? null : new HadoopMetadataFile(version, locations[at], contents[at]);
    }

    private async ValueTask<HadoopMetadataFile?> FindByListingAsync(bool hasHint, CancellationToken cancellationToken)
    {
        string folder = FileLocations.Join(Metadata, "");
        HadoopMetadataFile? newest = null;
        StoredFile? foreign = null;
        bool hasRemains = hasHint;
        await foreach (StoredFile file in storage.ListAsync(Metadata, cancellationToken).ConfigureAwait(false))
        {
            string name = file.Location[folder.Length..];
            if (name.Contains('/', StringComparison.Ordinal))
            {
                continue;
            }

            if (VersionOf(name) is > 0 and int version)
            {
                newest = version > (newest?.Version ?? 0) ? new HadoopMetadataFile(version, file.Location, null) : newest;
            }
            else if (MetadataFiles.IsMetadata(name) && MetadataFiles.VersionOf(name) >= 0)
            {
                foreign = foreign is null || Order(file).CompareTo(Order(foreign.Value)) > 0 ? file : foreign;
            }

            hasRemains |= name.EndsWith(".avro", StringComparison.Ordinal);
        }

        return newest is not null ? newest
            : foreign is { } other ? new HadoopMetadataFile(MetadataFiles.VersionOf(other.Location), other.Location, null, IsForeign: true)
            : !hasRemains ? null
            : throw new SessionizeException(
                $"The table in '{location}' has lost its metadata files: none is in '{Metadata}'. Restore the newest from a copy, or choose another place.");

        static (int, DateTimeOffset) Order(StoredFile file) => (MetadataFiles.VersionOf(file.Location), file.LastModified);
    }

    private static string Name(int version, string extension) => string.Create(CultureInfo.InvariantCulture, $"v{version}{extension}");

    private static string ChecksumOf(string file) => $"{file[..(file.LastIndexOf('/') + 1)]}.{FileLocations.Name(file)}.crc";
}
