using System.Security.Cryptography;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Iceberg.Commits;

/// <summary>One commit to a table: optimistic, tried again with back-off; an outcome that is unknown is looked up before anything else is done.</summary>
/// <remarks>
/// <para>Every try starts from the table as it is then, asks the fence, and requires that nobody has committed since. Data files and their
/// manifests are written once for all tries. Not thread-safe.</para>
/// </remarks>
/// <param name="catalog">The catalog.</param>
/// <param name="fence">Says at each try whether the commit may still be made.</param>
/// <param name="added">The data files that come.</param>
/// <param name="removal">Finds the data files that go; <see langword="null"/>: none.</param>
/// <param name="tag">A tag that is set on the snapshot; <see langword="null"/>: none.</param>
/// <param name="clock">Gives the snapshot's time, and the pauses.</param>
internal sealed class TableCommit(
    IIcebergCatalog catalog, ICommitFence fence, IReadOnlyList<DataFile> added, IFileRemoval? removal, string? tag, TimeProvider clock)
{
    private readonly List<string> _written = [];
    private string? _tableUuid;
    private long? _snapshotId;
    private MetadataFileNames? _files;
    private List<ManifestFile>? _manifests;

    /// <summary>Set before the catalog is asked, taken back only by its refusal: a try that got no answer may have happened, or happen yet.</summary>
    private bool _mayHaveHappened;

    /// <summary>Whether it is certain that no snapshot names a file of this commit, so that all of them may be deleted.</summary>
    public bool MayDiscard => !_mayHaveHappened;

    /// <summary>Makes the snapshot, unless the fence says otherwise. May be called again after an exception.</summary>
    /// <param name="start">The table as it was last seen; it may have changed since.</param>
    /// <param name="cancellationToken">Stops the call; then the outcome is unknown.</param>
    /// <exception cref="SessionizeException">The catalog refuses for good; or the retries are used up; or the outcome stays unknown.</exception>
    public async ValueTask<CommitResult> RunAsync(CatalogTable start, CancellationToken cancellationToken)
    {
        _tableUuid ??= start.Metadata.TableUuid;

        // A call that failed may have left the table anywhere.
        CatalogTable table = _mayHaveHappened ? await LoadAsync(start.Name, cancellationToken).ConfigureAwait(false) : start;
        CommitRetries retries = new(new TableProperties(table.Metadata), clock);
        while (true)
        {
            try
            {
                if (await TryAsync(table, retries, cancellationToken).ConfigureAwait(false) is { } result)
                {
                    return result;
                }
            }
            catch (SessionizeException failure) when (failure.IsTransient && !failure.AreRetriesUsedUp && retries.MayGoOn)
            {
                // Whether the commit was made is unknown, or it did not come so far. The next look at the table tells.
            }

            await retries.PauseAsync(cancellationToken).ConfigureAwait(false);
            table = await retries.RunAsync(() => LoadAsync(start.Name, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a commit that a table was found to have. Asks the catalog for nothing.</summary>
    /// <param name="table">The table, which has the commit.</param>
    public async ValueTask<CommitResult> SettleAsync(CatalogTable table)
    {
        bool isOurs = _snapshotId is { } id && table.Metadata.FindSnapshot(id) is not null;
        _mayHaveHappened |= isOurs;
        await EndAsync(table).ConfigureAwait(false);
        return new CommitResult(CommitStepKind.Done, table, isOurs);
    }

    /// <summary>Deletes what was written beside the data files, if it is certain that no snapshot names it.</summary>
    public async ValueTask DiscardAsync(CatalogTable table)
    {
        if (_mayHaveHappened)
        {
            return;
        }

        await DiscardRemovalAsync().ConfigureAwait(false);
        await DeleteAsync(table, [.. _written]).ConfigureAwait(false);
        _written.Clear();
        _manifests = null;
    }

    /// <returns>The result; <see langword="null"/>: another was faster.</returns>
    private async ValueTask<CommitResult?> TryAsync(CatalogTable table, CommitRetries retries, CancellationToken cancellationToken)
    {
        if (table.Metadata.TableUuid != _tableUuid)
        {
            throw new SessionizeException(
                $"The table {table.Name} was dropped and made anew since it was opened (its UUID is {table.Metadata.TableUuid} and was {_tableUuid}). Nothing was written to the new one; "
                + "start again to write to it.");
        }

        _snapshotId ??= NewSnapshotId(table.Metadata);
        _files ??= new MetadataFileNames(TableFolders.Metadata(table));
        CommitStep step = await fence.JudgeAsync(table, cancellationToken).ConfigureAwait(false);
        if (step.Kind == CommitStepKind.Done)
        {
            return await SettleAsync(table).ConfigureAwait(false);
        }

        if (step.Kind == CommitStepKind.Refused)
        {
            await DiscardAsync(table).ConfigureAwait(false);
            return new CommitResult(CommitStepKind.Refused, table, IsOurs: false);
        }

        SnapshotTry snapshotTry = new(table, _snapshotId.Value, _files, _written);
        _manifests ??= await WriteManifestsAsync(snapshotTry, added, cancellationToken).ConfigureAwait(false);
        int before = _written.Count;
        _written.AddRange(step.Files);
        FileChange change = removal is null ? FileChange.None : await removal.FindAsync(table, cancellationToken).ConfigureAwait(false);
        CatalogCommit outcome = await SendAsync(table, snapshotTry, change, step, cancellationToken).ConfigureAwait(false);
        if (outcome.Outcome == CatalogCommitOutcome.Committed)
        {
            await EndAsync(outcome.Table ?? table).ConfigureAwait(false);
            return new CommitResult(CommitStepKind.Done, outcome.Table ?? table, IsOurs: true);
        }

        // This try was refused for certain, whatever became of an earlier one.
        await DiscardRemovalAsync().ConfigureAwait(false);
        string[] written = [.. _written.Skip(before)];
        _written.RemoveRange(before, written.Length);
        await DeleteAsync(table, written).ConfigureAwait(false);
        return outcome.Outcome == CatalogCommitOutcome.Refused
            ? throw new SessionizeException($"{catalog.Description} refuses the commit to {table.Name}: {outcome.Reason}")
            : retries.MayGoOn ? null
            : throw new SessionizeException(
                $"Others committed to {table.Name} first each of {retries.Count + 1} times, and nothing was written. Run it again, or raise the table's property "
                + "commit.retry.num-retries.",
                isTransient: true)
            {
                AreRetriesUsedUp = true,
            };
    }

    private async ValueTask<CatalogCommit> SendAsync(
        CatalogTable table, SnapshotTry snapshotTry, FileChange change, CommitStep step, CancellationToken cancellationToken)
    {
        List<ManifestFile> manifests = _manifests!;
        if (change.Added.Count > 0)
        {
            manifests = [.. manifests, .. await WriteManifestsAsync(snapshotTry, change.Added, cancellationToken).ConfigureAwait(false)];
        }

        Snapshot snapshot = await snapshotTry.WriteAsync(
            manifests, [.. added, .. change.Added], change, step.Summary, clock.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken).ConfigureAwait(false);
        long? head = table.Metadata.CurrentSnapshotId;
        List<TableUpdate> updates = [new TableUpdate.AddSnapshot(snapshot), new TableUpdate.SetRef(SnapshotRef.Main, Moved(table, SnapshotRef.Main, isBranch: true, snapshot.Id))];
        if (tag is not null)
        {
            updates.Add(new TableUpdate.SetRef(tag, Moved(table, tag, isBranch: false, snapshot.Id)));
        }

        updates.AddRange(step.Updates);

        // From here on the outcome is unknown until the catalog has answered.
        bool mayHaveHappened = _mayHaveHappened;
        _mayHaveHappened = true;
        CatalogCommit outcome = await catalog.CommitAsync(
            table, [new TableRequirement.SameTable(_tableUuid!), new TableRequirement.RefIs(SnapshotRef.Main, head)], updates, cancellationToken).ConfigureAwait(false);
        _mayHaveHappened = mayHaveHappened || outcome.Outcome == CatalogCommitOutcome.Committed;
        return outcome;
    }

    private async ValueTask<List<ManifestFile>> WriteManifestsAsync(
        SnapshotTry snapshotTry, IReadOnlyList<DataFile> files, CancellationToken cancellationToken)
    {
        List<ManifestFile> manifests = [];
        foreach (IGrouping<int, DataFile> group in files.GroupBy(file => file.SpecId))
        {
            manifests.Add(await snapshotTry.WriteManifestAsync(
                group.Key,
                ManifestContent.Data,
                [.. group.Select(file => new ManifestEntry(EntryStatus.Added, _snapshotId, null, null, file))],
                cancellationToken).ConfigureAwait(false));
        }

        return manifests;
    }

    /// <summary>Deletes what tries wrote that failed. Whatever goes wrong with it, the commit has its outcome.</summary>
    private async ValueTask EndAsync(CatalogTable table)
    {
        if (table.Metadata.FindSnapshot(_snapshotId ?? 0) is not { ManifestList: { } list } snapshot)
        {
            await DiscardAsync(table).ConfigureAwait(false);
            return;
        }

        HashSet<string> named = [list, .. LaneRecord.FilesOf(snapshot)];
        if (_written.Exists(file => !named.Contains(file) && !_manifests!.Exists(manifest => manifest.Path == file)))
        {
            try
            {
                named.UnionWith((await new TableFiles(table).ManifestsOfAsync(snapshot, CancellationToken.None).ConfigureAwait(false)).Select(manifest => manifest.Path));
                await DeleteAsync(table, [.. _written.Where(file => !named.Contains(file))]).ConfigureAwait(false);
            }
            catch (SessionizeException)
            {
                // Orphans harm nobody.
            }
        }

        _written.Clear();
        await (removal?.ReleaseAsync() ?? default).ConfigureAwait(false);
    }

    private async ValueTask DiscardRemovalAsync()
    {
        try
        {
            await (removal?.DiscardAsync(CancellationToken.None) ?? default).ConfigureAwait(false);
        }
        catch (SessionizeException)
        {
            // Orphans harm nobody.
        }
    }

    /// <summary>Deletes as well as can be: what stays is an orphan, which orphan removal deletes some day.</summary>
    private static async ValueTask DeleteAsync(CatalogTable table, IReadOnlyCollection<string> files)
    {
        try
        {
            await table.Storage.DeleteAsync(files, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SessionizeException)
        {
            // The commit has its outcome.
        }
    }

    private async ValueTask<CatalogTable> LoadAsync(TableName name, CancellationToken cancellationToken) =>
        await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw new SessionizeException($"The table {name} is not in {catalog.Description} any more: somebody dropped or renamed it. Name the right table.");

    private static SnapshotRef Moved(CatalogTable table, string name, bool isBranch, long snapshotId) =>
        table.Metadata.Refs.GetValueOrDefault(name) is { } known ? known with { SnapshotId = snapshotId, IsBranch = isBranch } : new SnapshotRef(snapshotId, isBranch);

    private static long NewSnapshotId(TableMetadata table)
    {
        long id;
        do
        {
            id = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;
        }
        while (id == 0 || table.FindSnapshot(id) is not null);

        return id;
    }
}
