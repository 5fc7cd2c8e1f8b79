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
    public async ValueTask<CatalogTable?> LoadAsync(TableName name, CancellationToken cancellationToken) =>
        await FolderOf(name).FindCurrentAsync(known: 0, cancellationToken).ConfigureAwait(false) is { } current
            ? new CatalogTable(name, current.Location, await ReadAsync(current, cancellationToken).ConfigureAwait(false), _storage)
            : null;

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
        string location = folder.LocationOf(1, isCompressed: false);
        if (!await _storage.TryCreateAsync(location, MetadataFiles.Write(metadata, isCompressed: false), cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        await PublishAsync(folder, 1, location, basedOn: 0).ConfigureAwait(false);
        return new CatalogTable(name, location, metadata, _storage);
    }

    /// <inheritdoc/>
    public async ValueTask<CatalogCommit> CommitAsync(
        CatalogTable table, IReadOnlyList<TableRequirement> requirements, IReadOnlyList<TableUpdate> updates, CancellationToken cancellationToken)
    {
        HadoopTableFolder folder = FolderOf(table.Name);
        int known = HadoopTableFolder.VersionOf(table.MetadataLocation ?? "");
        HadoopMetadataFile? current = await folder.FindCurrentAsync(known, cancellationToken).ConfigureAwait(false);
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

        TableMetadata before = current.Location == table.MetadataLocation ? table.Metadata : await ReadAsync(current, cancellationToken).ConfigureAwait(false);
        if (TableMetadataChanges.Violation(before, requirements, updates) is { } violation)
        {
            return new CatalogCommit(CatalogCommitOutcome.Conflict, null, violation);
        }

        await ProbeAsync(cancellationToken).ConfigureAwait(false);
        TableMetadata after = TableMetadataChanges.WithPrevious(
            TableMetadataChanges.Apply(before, updates, Now()), new MetadataLogEntry(before.LastUpdatedMs, current.Location), out IReadOnlyList<string> forgotten);

        // All that follow one file have to try for the same name; so the file that is followed says whether it is compressed, and not a setting.
        bool isCompressed = MetadataFiles.IsCompressed(current.Location);
        string location = folder.LocationOf(current.Version + 1, isCompressed);
        if (!await _storage.TryCreateAsync(location, MetadataFiles.Write(after, isCompressed), cancellationToken).ConfigureAwait(false))
        {
            return new CatalogCommit(CatalogCommitOutcome.Conflict, null, $"Another made '{location}' first.");
        }

        await PublishAsync(folder, current.Version + 1, location, current.Version).ConfigureAwait(false);
        await folder.DeleteAsync(forgotten).ConfigureAwait(false);
        return new CatalogCommit(CatalogCommitOutcome.Committed, new CatalogTable(table.Name, location, after, _storage));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    /// <summary>Moves the hint on. The commit is made: nothing stops this, and what goes wrong does not matter.</summary>
    /// <exception cref="SessionizeException">
    /// This process stood still so long that others had made, forgotten and deleted the file that was just made: nobody would ever read it.
    /// </exception>
    private async ValueTask PublishAsync(HadoopTableFolder folder, int version, string location, int basedOn)
    {
        int hint = 0;
        try
        {
            hint = await folder.ReadHintAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (SessionizeException)
        {
            // As if there were none.
        }

        HadoopMetadataFile? current = hint > version ? await folder.FindCurrentAsync(version, CancellationToken.None).ConfigureAwait(false) : null;
        if (current is null || current.Version <= version)
        {
            await folder.WriteHintAsync(version).ConfigureAwait(false);
            return;
        }

        // Others went on. They followed this file if it was there before they did: then the one before it or the one behind it still is.
        if ((basedOn == 0 || !await folder.HasAsync(basedOn, CancellationToken.None).ConfigureAwait(false))
            && !await folder.HasAsync(version + 1, CancellationToken.None).ConfigureAwait(false))
        {
            await folder.DeleteAsync([location]).ConfigureAwait(false);
            throw new SessionizeException(
                $"This process stood still while others committed to '{folder.Location}' up to version {current.Version}: load the table and look.", isTransient: true);
        }
    }

    private async ValueTask<TableMetadata> ReadAsync(HadoopMetadataFile file, CancellationToken cancellationToken) =>
        file.Content is { } content ? MetadataFiles.Parse(content, file.Location)
            : await MetadataFiles.TryReadAsync(_storage, file.Location, cancellationToken).ConfigureAwait(false)
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
