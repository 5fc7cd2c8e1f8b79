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
    private const long NoHead = -1;

    /// <summary>The table's branch heads from which tries started whose outcome is unknown: such a try may still happen while its head is the current one.</summary>
    private readonly HashSet<long> _unknownHeads = [];
    private readonly List<string> _written = [];
    private bool _wasUnknown;
    private long? _snapshotId;
    private MetadataFileNames? _files;
    private List<ManifestFile>? _manifests;

    /// <summary>Whether a try may still happen of which nobody knows: then no file that it names may be deleted.</summary>
    public bool IsUnknown => _unknownHeads.Count > 0;

    /// <summary>Makes the snapshot, unless the fence says otherwise. May be called again after an exception.</summary>
    /// <param name="start">The table as it was last seen; it may have changed since.</param>
    /// <param name="cancellationToken">Stops the call; then the outcome is unknown.</param>
    /// <exception cref="SessionizeException">The catalog refuses for good; or the retries are used up; or the outcome stays unknown.</exception>
    public async ValueTask<CommitResult> RunAsync(CatalogTable start, CancellationToken cancellationToken)
    {
        // A call that failed may have left the table anywhere.
        CatalogTable table = IsUnknown ? await LoadAsync(start.Name, cancellationToken).ConfigureAwait(false) : start;
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

    /// <summary>Deletes what was written beside the data files, after it is certain that the commit was not made.</summary>
    public async ValueTask DiscardAsync(CatalogTable table, CancellationToken cancellationToken)
    {
        if (removal is not null)
        {
            await removal.DiscardAsync(cancellationToken).ConfigureAwait(false);
        }

        await DeleteAsync(table, [.. _written], cancellationToken).ConfigureAwait(false);
        _written.Clear();
        _manifests = null;
    }

    /// <returns>The result; <see langword="null"/>: another was faster.</returns>
    private async ValueTask<CommitResult?> TryAsync(CatalogTable table, CommitRetries retries, CancellationToken cancellationToken)
    {
        _snapshotId ??= NewSnapshotId(table.Metadata);
        _files ??= new MetadataFileNames(TableFolders.Metadata(table));
        if (!_unknownHeads.Contains(table.Metadata.CurrentSnapshotId ?? NoHead))
        {
            // The branch has moved on, so that what earlier tries required does not hold any more.
            _unknownHeads.Clear();
        }

        CommitStep step = await fence.JudgeAsync(table, cancellationToken).ConfigureAwait(false);
        if (step.Kind != CommitStepKind.Go)
        {
            // A snapshot of ours that was made unseen may have been expired since, and its files be read on: then they stay.
            bool isOurs = table.Metadata.FindSnapshot(_snapshotId.Value) is not null;
            return await EndAsync(new CommitResult(step.Kind, table, MayDiscard: !isOurs && !_wasUnknown), cancellationToken).ConfigureAwait(false);
        }

        SnapshotTry snapshotTry = new(table, _snapshotId.Value, _files, _written);
        _manifests ??= await WriteManifestsAsync(snapshotTry, cancellationToken).ConfigureAwait(false);
        int before = _written.Count;
        _written.AddRange(step.Files);
        FileChange change = removal is null ? FileChange.None : await removal.FindAsync(table, cancellationToken).ConfigureAwait(false);
        CatalogCommit outcome = await SendAsync(table, snapshotTry, change, step, cancellationToken).ConfigureAwait(false);
        if (outcome.Outcome == CatalogCommitOutcome.Committed)
        {
            return await EndAsync(new CommitResult(CommitStepKind.Done, outcome.Table ?? table, MayDiscard: false), cancellationToken).ConfigureAwait(false);
        }

        if (!IsUnknown)
        {
            await DiscardTryAsync(table, before, cancellationToken).ConfigureAwait(false);
        }

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
        bool isFirstFrom = _unknownHeads.Add(head ?? NoHead);
        bool wasUnknown = _wasUnknown;
        _wasUnknown = true;
        CatalogCommit outcome = await catalog.CommitAsync(
            table, [new TableRequirement.SameTable(table.Metadata.TableUuid), new TableRequirement.RefIs(SnapshotRef.Main, head)], updates, cancellationToken).ConfigureAwait(false);
        _wasUnknown = wasUnknown;
        if (outcome.Outcome == CatalogCommitOutcome.Committed)
        {
            _unknownHeads.Clear();
        }
        else if (isFirstFrom)
        {
            _unknownHeads.Remove(head ?? NoHead);
        }

        return outcome;
    }

    private ValueTask<List<ManifestFile>> WriteManifestsAsync(SnapshotTry snapshotTry, CancellationToken cancellationToken) =>
        WriteManifestsAsync(snapshotTry, added, cancellationToken);

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

    /// <summary>Deletes what no snapshot names: of tries that failed, or of all.</summary>
    private async ValueTask<CommitResult> EndAsync(CommitResult result, CancellationToken cancellationToken)
    {
        if (result.MayDiscard)
        {
            await DiscardAsync(result.Table, cancellationToken).ConfigureAwait(false);
            return result;
        }

        if (result.Table.Metadata.FindSnapshot(_snapshotId!.Value) is { ManifestList: { } list } snapshot && _written.Count > _manifests?.Count + 1)
        {
            HashSet<string> named =
            [
                list,
                .. (await new TableFiles(result.Table).ManifestsOfAsync(snapshot, cancellationToken).ConfigureAwait(false)).Select(manifest => manifest.Path),
                .. LaneRecord.FilesOf(snapshot),
            ];
            await DeleteAsync(result.Table, [.. _written.Where(file => !named.Contains(file))], cancellationToken).ConfigureAwait(false);
        }

        _written.Clear();
        await (removal?.ReleaseAsync() ?? default).ConfigureAwait(false);
        return result;
    }

    /// <summary>Deletes what only this try named.</summary>
    private async ValueTask DiscardTryAsync(CatalogTable table, int before, CancellationToken cancellationToken)
    {
        if (removal is not null)
        {
            await removal.DiscardAsync(cancellationToken).ConfigureAwait(false);
        }

        string[] written = [.. _written.Skip(before)];
        _written.RemoveRange(before, written.Length);
        await DeleteAsync(table, written, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes as well as can be: what stays is an orphan, which harms nobody, and the commit has its outcome.</summary>
    private static async ValueTask DeleteAsync(CatalogTable table, IReadOnlyCollection<string> files, CancellationToken cancellationToken)
    {
        try
        {
            await table.Storage.DeleteAsync(files, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionizeException)
        {
            // Orphan removal deletes it some day.
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
