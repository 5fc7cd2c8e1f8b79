using System.Globalization;
using System.Text;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>The folder of a table whose metadata files are numbered: <c>metadata/v1.metadata.json</c>, <c>v2</c> and so on.</summary>
/// <remarks>
/// The greatest number counts. <c>version-hint.text</c> says where to begin to look; it may be behind, ahead, damaged or missing.
/// Files that the table has forgotten may be deleted, and a process that is killed before it does so leaves one for ever: behind it there is a gap, and
/// yet there are later ones. So the end of a row of files counts as the newest only where the hint names it or the one before, and that one is there, too:
/// at least one earlier file is always kept. Otherwise the folder is listed, as it is for tables whose earlier files are deleted by other means.
/// </remarks>
internal sealed class HadoopTableFolder(IFileStorage storage, string location)
{
    private const string HintName = "version-hint.text";

    private static readonly string[] s_extensions = [MetadataFiles.Extension, MetadataFiles.GzipExtension, MetadataFiles.OldGzipExtension];

    private string _extension = MetadataFiles.Extension;

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
        foreach (int start in hint > 0 ? (int[])[Math.Max(hint, known), Math.Min(hint, known)] : [])
        {
            found ??= start > 0 ? await TryReadAsync(start, cancellationToken).ConfigureAwait(false) : null;
        }

        found = await LastFromAsync(found, cancellationToken).ConfigureAwait(false);
        if (found is not null && found.Version - hint is 0 or 1
            && (found.Version == 1 || await HasAsync(found.Version - 1, cancellationToken).ConfigureAwait(false)))
        {
            return found;
        }

        HadoopMetadataFile? newest = await FindByListingAsync(hasHint: hint != 0, cancellationToken).ConfigureAwait(false);
        return found is not null && newest is not { IsForeign: false } ? found
            : newest is not null && newest.Version == found?.Version ? found
            : await LastFromAsync(newest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The metadata file of the greatest number, as a listing shows it; <see langword="null"/>, if there is none with a number.</summary>
    public async ValueTask<HadoopMetadataFile?> FindByListingAsync(CancellationToken cancellationToken) =>
        await FindByListingAsync(hasHint: false, cancellationToken).ConfigureAwait(false) is { IsForeign: false } newest ? newest : null;

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

    private async ValueTask<HadoopMetadataFile?> LastFromAsync(HadoopMetadataFile? found, CancellationToken cancellationToken)
    {
        while (found is { IsForeign: false } && await TryReadAsync(found.Version + 1, cancellationToken).ConfigureAwait(false) is { } next)
        {
            found = next;
        }

        return found;
    }

    /// <summary>Reads a metadata file by the end of the name that the last one had, and only if there is none by the others.</summary>
    private async ValueTask<HadoopMetadataFile?> TryReadAsync(int version, CancellationToken cancellationToken)
    {
        string usual = _extension;
        string at = FileLocations.Join(Metadata, Name(version, usual));
        if (await storage.TryReadAsync(at, cancellationToken).ConfigureAwait(false) is { } content)
        {
            return new HadoopMetadataFile(version, at, content);
        }

        string[] others = [.. s_extensions.Where(extension => extension != usual)];
        ReadOnlyMemory<byte>?[] contents = await Task.WhenAll(
            others.Select(extension => storage.TryReadAsync(FileLocations.Join(Metadata, Name(version, extension)), cancellationToken).AsTask())).ConfigureAwait(false);
        int found = Array.FindIndex(contents, other => other is not null);
        if (found < 0)
        {
            return null;
        }

        _extension = others[found];
        return new HadoopMetadataFile(version, FileLocations.Join(Metadata, Name(version, _extension)), contents[found]);
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
