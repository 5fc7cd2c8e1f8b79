using System.Security.Cryptography;
using Sessionize.Iceberg.Metadata;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>The catalog of file systems: a table is a folder, and the greatest number among its metadata files is the current one.</summary>
/// <remarks>
/// Of several that commit at once one makes the file of the next number, which the storage decides: by a hard link, or a conditional write.
/// Iceberg's own writer looks and renames instead, so it is not to write at the same time.
/// </remarks>
internal sealed class HadoopCatalog : IIcebergCatalog
{
    private readonly IFileStorage _storage;
    private readonly string _root;
    private readonly bool _isFolder;
    private readonly TimeProvider _clock;
    private volatile bool _isProbed;

    /// <summary>The catalog of a warehouse.</summary>
    /// <param name="storage">Reads and writes it; closed with the catalog.</param>
    /// <param name="warehouse">The folder of all tables: a path or a location.</param>
    /// <param name="clock">Tells when metadata is written.</param>
    public HadoopCatalog(IFileStorage storage, string warehouse, TimeProvider clock)
        : this(storage, warehouse, isFolder: false, clock)
    {
    }

    private HadoopCatalog(IFileStorage storage, string root, bool isFolder, TimeProvider clock) =>
        (_storage, _root, _isFolder, _clock) = (storage, FileLocations.Absolute(root), isFolder, clock);

    /// <inheritdoc/>
    public string Description => _isFolder ? $"table folder '{_root}'" : $"Hadoop catalog in '{_root}'";

    /// <summary>A catalog of one table, whose folder is given; any name is that table.</summary>
    public static HadoopCatalog OfFolder(IFileStorage storage, string folder, TimeProvider clock) => new(storage, folder, isFolder: true, clock);

    /// <inheritdoc/>
    public ValueTask PrepareWritingAsync(CancellationToken cancellationToken) => ProbeAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<CatalogTable?> LoadAsync(TableName name, CancellationToken cancellationToken)
    {
        if (await FolderOf(name).FindCurrentAsync(known: 0, cancellationToken).ConfigureAwait(false) is not { } current)
        {
            return null;
        }

        ReadOnlyMemory<byte> content = await ContentOfAsync(current, cancellationToken).ConfigureAwait(false);
        return new CatalogTable(name, current.Location, MetadataFiles.Parse(content, current.Location), _storage) { MetadataDigest = Digest(content) };
    }

    /// <inheritdoc/>
    public async ValueTask<CatalogTable?> CreateAsync(TableName name, TableCreation creation, CancellationToken cancellationToken)
    {
        HadoopTableFolder folder = FolderOf(name);
        if (await folder.FindCurrentAsync(known: 0, cancellationToken).ConfigureAwait(false) is not null)
        {
            return null;
        }

        await ProbeAsync(cancellationToken).ConfigureAwait(false);
        TableMetadata metadata = TableMetadataChanges.Create(creation, folder.Location, Guid.NewGuid().ToString(), Now());
        bool isCompressed = new TableProperties(metadata).CompressMetadata;
        string location = folder.LocationOf(1, isCompressed);
        ReadOnlyMemory<byte> content = MetadataFiles.Write(metadata, isCompressed);
        if (!await _storage.TryCreateAsync(location, content, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        // Another may have made the first file by its other name: each looks after it has made its own, so that never both stay.
        if (await _storage.TryReadAsync(folder.LocationOf(1, !isCompressed), cancellationToken).ConfigureAwait(false) is not null)
        {
            await folder.DeleteAsync([location]).ConfigureAwait(false);
            return null;
        }

        if (!await PublishAsync(folder, 1, basedOn: 0, later => later.TableUuid == metadata.TableUuid).ConfigureAwait(false))
        {
            throw await StoodStillAsync(folder, 1, location).ConfigureAwait(false);
        }

        return new CatalogTable(name, location, metadata, _storage) { MetadataDigest = Digest(content) };
    }

    /// <inheritdoc/>
    public async ValueTask<CatalogCommit> CommitAsync(
        CatalogTable table, IReadOnlyList<TableRequirement> requirements, IReadOnlyList<TableUpdate> updates, CancellationToken cancellationToken)
    {
        HadoopTableFolder folder = FolderOf(table.Name);
        HadoopMetadataFile? current;
        TableMetadata before;
        try
        {
            current = await folder.FindCurrentAsync(HadoopTableFolder.VersionOf(table.MetadataLocation ?? ""), cancellationToken).ConfigureAwait(false);
            if (current is null)
            {
                return new CatalogCommit(CatalogCommitOutcome.Conflict, null, $"The table '{folder.Location}' is not there any more.");
            }

            if (current.IsForeign)
            {
                return new CatalogCommit(
                    CatalogCommitOutcome.Refused, null,
                    $"The table '{folder.Location}' belongs to another catalog, which alone knows its current metadata: commit through that catalog.");
            }

            // Not by its name: a table that was dropped and made again numbers its files from the beginning.
            ReadOnlyMemory<byte> content = await ContentOfAsync(current, cancellationToken).ConfigureAwait(false);
            before = Digest(content) == table.MetadataDigest ? table.Metadata : MetadataFiles.Parse(content, current.Location);
            if (TableMetadataChanges.Violation(before, requirements, updates) is { } violation)
            {
                return new CatalogCommit(CatalogCommitOutcome.Conflict, null, violation);
            }

            await ProbeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SessionizeException failure)
        {
            return CatalogCommit.NotSent(failure);
        }

        TableMetadata after = TableMetadataChanges.WithPrevious(
            TableMetadataChanges.Apply(before, updates, Now()), new MetadataLogEntry(before.LastUpdatedMs, current.Location), out IReadOnlyList<string> forgotten);

        // All that follow one file have to try for the same name; so the file that is followed says whether it is compressed, and not a setting.
        bool isCompressed = MetadataFiles.IsCompressed(current.Location);
        string location = folder.LocationOf(current.Version + 1, isCompressed);
        ReadOnlyMemory<byte> written = MetadataFiles.Write(after, isCompressed);
        try
        {
            if (!await _storage.TryCreateAsync(location, written, cancellationToken).ConfigureAwait(false))
            {
                return new CatalogCommit(CatalogCommitOutcome.Conflict, null, $"Another made '{location}' first.");
            }
        }
        catch (SessionizeException failure) when (!failure.IsTransient && FileLocations.IsLocal(location))
        {
            // A full disk or a folder without permission has taken nothing. A store behind a network may yet carry out an earlier request.
            return CatalogCommit.NotSent(failure);
        }

        if (!await PublishAsync(folder, current.Version + 1, current.Version, later => Follows(later, after, location, updates)).ConfigureAwait(false))
        {
            throw await StoodStillAsync(folder, current.Version + 1, location).ConfigureAwait(false);
        }

        await folder.DeleteAsync(forgotten).ConfigureAwait(false);
        return new CatalogCommit(CatalogCommitOutcome.Committed, new CatalogTable(table.Name, location, after, _storage) { MetadataDigest = Digest(written) });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    /// <summary>Moves the hint on, unless others went on already.</summary>
    /// <param name="folder">The table's.</param>
    /// <param name="version">The number of the file that was just made.</param>
    /// <param name="basedOn">The number of the one that it follows; 0 for a new table.</param>
    /// <param name="isFollowedBy">Whether later metadata came out of the file that was just made.</param>
    /// <returns>
    /// Whether the file is the current one, or was followed. Otherwise this process may have stood still so long that others had made, forgotten and deleted a
    /// file of the same name: nobody would ever read this one.
    /// </returns>
    private async ValueTask<bool> PublishAsync(HadoopTableFolder folder, int version, int basedOn, Func<TableMetadata, bool> isFollowedBy)
    {
        try
        {
            HadoopMetadataFile? newest = await IsPlainlyNewestAsync(folder, basedOn).ConfigureAwait(false)
                ? null
                : await folder.FindByListingAsync(CancellationToken.None).ConfigureAwait(false);
            if (newest is null || newest.Version <= version)
            {
                await folder.WriteHintAsync(version).ConfigureAwait(false);
                return true;
            }

            // The next file was made by one that had read this one: nobody deletes a file before two others stand behind it.
            return newest.Version == version + 1
                || isFollowedBy(MetadataFiles.Parse(await ContentOfAsync(newest, CancellationToken.None).ConfigureAwait(false), newest.Location));
        }
        catch (SessionizeException)
        {
            return false;
        }
    }

    /// <summary>Whether the hint names the file that was followed, and it is there still, as it is where nobody came between.</summary>
    private static async ValueTask<bool> IsPlainlyNewestAsync(HadoopTableFolder folder, int basedOn) =>
        basedOn > 0
        && await folder.ReadHintAsync(CancellationToken.None).ConfigureAwait(false) == basedOn
        && await folder.HasAsync(basedOn, CancellationToken.None).ConfigureAwait(false);

    /// <summary>Whether later metadata holds what a commit changed: its snapshots; or, without any, its file with its time in the log.</summary>
    private static bool Follows(TableMetadata later, TableMetadata after, string location, IReadOnlyList<TableUpdate> updates)
    {
        TableUpdate.AddSnapshot[] added = [.. updates.OfType<TableUpdate.AddSnapshot>()];
        return later.TableUuid == after.TableUuid
            && (added.Length > 0
                ? added.All(update => later.FindSnapshot(update.Snapshot.Id) is not null)
                : later.MetadataLog.Any(entry => entry.MetadataFile == location && entry.TimestampMs == after.LastUpdatedMs));
    }

    /// <summary>The failure where it is unknown whether a file that was made will be read; it is removed, if there is none behind it.</summary>
    private static async ValueTask<SessionizeException> StoodStillAsync(HadoopTableFolder folder, int version, string location)
    {
        try
        {
            if (await folder.FindByListingAsync(CancellationToken.None).ConfigureAwait(false) is { } newest && newest.Version > version + 1
                && !await folder.HasAsync(version + 1, CancellationToken.None).ConfigureAwait(false))
            {
                await folder.DeleteAsync([location]).ConfigureAwait(false);
            }
        }
        catch (SessionizeException)
        {
            // It stays, and readers that list the folder pass it over.
        }

        return new SessionizeException(
            $"Whether version {version} of '{folder.Location}' was committed is unknown, as others went on meanwhile or the folder could not be listed: "
                + "load the table and look.",
            isTransient: true);
    }

    private static string Digest(ReadOnlyMemory<byte> content) => Convert.ToHexString(SHA256.HashData(content.Span));

    private async ValueTask<ReadOnlyMemory<byte>> ContentOfAsync(HadoopMetadataFile file, CancellationToken cancellationToken) =>
        file.Content ?? await _storage.TryReadAsync(file.Location, cancellationToken).ConfigureAwait(false)
            ?? throw new SessionizeException($"The metadata '{file.Location}' was deleted while it was read. Try again.", isTransient: true);

    private async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        if (!_isProbed && _storage is IProbedFileStorage probed)
        {
            await probed.ProbeConditionalWritesAsync(FileLocations.Join(_root, _isFolder ? "metadata" : "_sessionize"), cancellationToken).ConfigureAwait(false);
        }

        _isProbed = true;
    }

    private HadoopTableFolder FolderOf(TableName name)
    {
        string folder = _isFolder ? _root : name.Namespace.Append(name.Name).Aggregate(_root, FileLocations.Join);
        return new HadoopTableFolder(_storage, folder);
    }

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();
}
