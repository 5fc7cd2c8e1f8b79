using System.Text.Json;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Reading;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Auditing;

/// <summary>Compares the files that the metadata leads to with those that are there.</summary>
/// <param name="table">The table.</param>
/// <param name="log">Takes findings.</param>
internal sealed class FileAudit(TableFiles table, AuditLog log)
{
    // By place; with the length where one is said.
    private readonly Dictionary<string, (string Place, long? Length)> _expected = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);

    /// <summary>Whether a file was found.</summary>
    public bool IsThere(string place) => !_missing.Contains(FilePlace.Normal(place));

    /// <summary>Takes note of the files of a snapshot.</summary>
    public void Expect(Snapshot snapshot, SnapshotContent? content)
    {
        if (snapshot.ManifestList is { } list)
        {
            _known.Add(FilePlace.Normal(list));
        }

        foreach (ManifestFile manifest in content?.Manifests ?? [])
        {
            _expected[FilePlace.Normal(manifest.Path)] = (manifest.Path, manifest.Length);
        }

        foreach (ManifestEntry entry in content?.Entries ?? [])
        {
            // A deleted file may be there still: of a snapshot that is kept, or until somebody cleans up.
            string place = FilePlace.Normal(entry.File.FilePath);
            if (entry.IsLive)
            {
                _expected[place] = (entry.File.FilePath, entry.File.FileSizeInBytes);
            }
            else
            {
                _known.Add(place);
            }
        }
    }

    /// <summary>Looks for the files, and for others in the table's folder.</summary>
    /// <exception cref="SessionizeException">The storage is away.</exception>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        AddMetadataFiles();
        string root = FilePlace.Normal(table.Metadata.Location).TrimEnd('/') + '/';
        HashSet<string> found = new(StringComparer.Ordinal);
        await foreach (StoredFile file in table.Storage.ListAsync(table.Metadata.Location, cancellationToken).ConfigureAwait(false))
        {
            string place = FilePlace.Normal(file.Location);
            found.Add(place);
            if (_expected.TryGetValue(place, out (string Place, long? Length) expected))
            {
                CompareLength(expected.Place, expected.Length, file.Length);
            }
            else if (!_known.Contains(place) && !IsBeside(place))
            {
                log.Add(AuditCodes.OrphanFile, file.Location, $"Nothing names the file of {file.Length} bytes, written {file.LastModified.UtcDateTime:yyyy-MM-dd HH:mm:ss}: a commit that failed left it, or one that runs is about to use it.");
            }
        }

        foreach ((string place, (string spelled, long? length)) in _expected.Where(file => !found.Contains(file.Key)))
        {
            if (place.StartsWith(root, StringComparison.Ordinal))
            {
                Miss(place, spelled);
            }
            else
            {
                await LookOutsideAsync(place, spelled, length, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void AddMetadataFiles()
    {
        string folder = FilePlace.Normal(table.Metadata.Location).TrimEnd('/') + "/metadata/";
        _known.Add(folder + "version-hint.text");
        foreach (string? file in table.Metadata.MetadataLog.Select(entry => entry.MetadataFile).Append(table.MetadataLocation))
        {
            if (file is not null)
            {
                _known.Add(FilePlace.Normal(file));
            }
        }

        foreach (JsonElement statistics in table.Metadata.Others
            .Where(other => other.Key is "statistics" or "partition-statistics" && other.Value.ValueKind == JsonValueKind.Array)
            .SelectMany(other => other.Value.EnumerateArray()))
        {
            if (statistics.TryGetProperty("statistics-path", out JsonElement path) && path.GetString() is { } place)
            {
                _known.Add(FilePlace.Normal(place));
            }
        }
    }

    /// <summary>Checksums that Hadoop's local file system leaves beside files; and, of a catalog that does not tell its own, metadata files.</summary>
    private bool IsBeside(string place)
    {
        string name = FileLocations.Name(place);
        return (name.StartsWith('.') && name.EndsWith(".crc", StringComparison.Ordinal))
            || (table.MetadataLocation is null && name.EndsWith(".metadata.json", StringComparison.Ordinal));
    }

    private async ValueTask LookOutsideAsync(string place, string spelled, long? length, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream stream = await table.Storage.OpenReadAsync(spelled, cancellationToken).ConfigureAwait(false);
            CompareLength(spelled, length, stream.Length);
        }
        catch (SessionizeException failure) when (!failure.IsTransient)
        {
            Miss(place, spelled);
        }
    }

    private void CompareLength(string place, long? said, long found)
    {
        if (said is { } length)
        {
            log.Equal(AuditCodes.FileSize, place, "bytes", length, found);
        }
    }

    private void Miss(string place, string spelled)
    {
        _missing.Add(place);
        log.Add(AuditCodes.FileMissing, spelled, $"A snapshot needs the file, and it is not there: restore it, or roll back to a snapshot without it.");
    }
}
