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

    /// <summary>The tries that were sent and not refused, by their manifest lists.</summary>
    private readonly Dictionary<string, SentTry> _sent = new(StringComparer.Ordinal);
    private bool _isMade;
    private int _tryStart;
    private long? _snapshotId;
    private MetadataFileNames? _files;
    private List<ManifestFile>? _manifests;

    /// <summary>Whether a snapshot names the files of this commit, or a try may have made one of which nobody knows: then none may be deleted.</summary>
    public bool MustKeepFiles => _isMade || _unknownHeads.Count > 0;

    /// <summary>Makes the snapshot, unless the fence says otherwise. May be called again after an exception.</summary>
    /// <param name="start">The table as it was last seen; it may have changed since.</param>
    /// <param name="cancellationToken">Stops the call; then the outcome is unknown.</param>
    /// <exception cref="SessionizeException">The catalog refuses for good; or the retries are used up (<see cref="SessionizeException.AreRetriesUsedUp"/>), the outcome being unknown where <see cref="MustKeepFiles"/>.</exception>
    public async ValueTask<CommitResult> RunAsync(CatalogTable start, CancellationToken cancellationToken)
    {
        // A call that failed may have left the table anywhere.
        CatalogTable table = MustKeepFiles ? await LoadAsync(start.Name, cancellationToken).ConfigureAwait(false) : start;
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
            catch (SessionizeException failure) when (!failure.AreRetriesUsedUp && (failure.IsTransient || retries.MayGoOn))
            {
                // Whether the commit was made is unknown, or it did not come so far. The next look at the table tells. What is missing for good
                // may have been expired with the snapshot that the try started from.
                if (failure.IsTransient)
                {
                    retries.ThrowIfUsedUp(failure);
                }
                else
                {
                    CatalogTable now = await retries.RunAsync(() => LoadAsync(start.Name, cancellationToken), cancellationToken).ConfigureAwait(false);
                    if (HeadOf(now) == HeadOf(table))
                    {
                        throw;
                    }
                }
            }

            await retries.PauseAsync(cancellationToken).ConfigureAwait(false);
            table = await retries.RunAsync(() => LoadAsync(start.Name, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (table.Metadata.TableUuid != start.Metadata.TableUuid)
            {
                throw new SessionizeException($"{start.Name} was dropped and made anew meanwhile, and nothing was written to the new table. Run it again.");
            }
        }
    }

    /// <summary>Ends a commit that was found to be made: by this instance, or by another one under the same name.</summary>
    public ValueTask<CommitResult> SettleAsync(CatalogTable table)
    {
        Settle(table);
        return EndAsync(new CommitResult(CommitStepKind.Done, table, MayDiscard: !MustKeepFiles));
    }

    /// <summary>Whether this commit was made, and its snapshot expired before anybody looked: then only the files tell.</summary>
    /// <exception cref="SessionizeException">The files are not there either: others may have compacted them, or the commit was not made.</exception>
    public async ValueTask<bool> WasMadeAndExpiredAsync(CatalogTable table, CancellationToken cancellationToken)
    {
        SnapshotHistory history = new(table.Metadata);
        if (fence.IsLasting || added.Count == 0 || !history.IsCutOff || _unknownHeads.All(head => head == HeadOf(table) || history.Has(head)))
        {
            return false;
        }

        return _isMade |= await SnapshotTry.AreInAsync(table, added, cancellationToken).ConfigureAwait(false)
            ? true
            : throw new SessionizeException(
                $"Whether the commit to {table.Name} was made cannot be found out: its answer was lost, and the snapshots that would tell were expired before it was looked up. "
                + "Look whether the table has its rows, and run it again if it does not.");
    }

    /// <summary>Deletes what was written beside the data files, after it is certain that the commit was not made.</summary>
    public async ValueTask DiscardAsync(CatalogTable table)
    {
        await DiscardRemovalAsync().ConfigureAwait(false);
        await DeleteAsync(table, [.. _written, .. _sent.Values.SelectMany(sent => sent.Rewritten)]).ConfigureAwait(false);
        _written.Clear();
        _sent.Clear();
        _manifests = null;
    }

    /// <returns>The result; <see langword="null"/>: another was faster.</returns>
    private async ValueTask<CommitResult?> TryAsync(CatalogTable table, CommitRetries retries, CancellationToken cancellationToken)
    {
        _snapshotId ??= SnapshotTry.NewId(table.Metadata);
        _files ??= new MetadataFileNames(TableFolders.Metadata(table));
        _isMade |= table.Metadata.FindSnapshot(_snapshotId.Value) is not null;
        CommitStep step = await fence.JudgeAsync(table, cancellationToken).ConfigureAwait(false);
        if (step.Kind == CommitStepKind.Go && await WasMadeAndExpiredAsync(table, cancellationToken).ConfigureAwait(false))
        {
            step = CommitStep.Done;
        }

        if (step.Kind == CommitStepKind.Go && _isMade)
        {
            throw new SessionizeException(
                $"{table.Name} was rolled back behind the snapshot {_snapshotId}, which this commit had just made. Roll the table forward again, or run it again.");
        }

        Settle(table);
        if (step.Kind != CommitStepKind.Go)
        {
            return await EndAsync(new CommitResult(step.Kind, table, MayDiscard: !MustKeepFiles)).ConfigureAwait(false);
        }

        SnapshotTry snapshotTry = new(table, _snapshotId.Value, _files, _written);
        (Snapshot snapshot, SentTry sent) = await PrepareAsync(table, snapshotTry, step, cancellationToken).ConfigureAwait(false);
        CatalogCommit outcome = await SendAsync(table, snapshot, sent, step, cancellationToken).ConfigureAwait(false);
        if (outcome.Outcome == CatalogCommitOutcome.Committed)
        {
            return await EndAsync(new CommitResult(CommitStepKind.Done, outcome.Table ?? table, MayDiscard: false)).ConfigureAwait(false);
        }

        _sent.Remove(snapshot.ManifestList!);
        await DiscardTryAsync(table).ConfigureAwait(false);
        return outcome.Outcome switch
        {
            CatalogCommitOutcome.Refused => throw new SessionizeException($"{catalog.Description} refuses the commit to {table.Name}: {outcome.Reason}"),
            CatalogCommitOutcome.NotSent when !outcome.IsTransient => throw outcome.Failure!,
            _ when retries.MayGoOn => null,
            CatalogCommitOutcome.NotSent => throw CommitRetries.UsedUp(outcome.Failure!.Message, outcome.Failure),
            _ => throw CommitRetries.UsedUp(
                $"Others committed to {table.Name} first each of {retries.Count + 1} times, and {(MustKeepFiles ? "the answer to one try was lost" : "nothing was written")}. "
                + "Run it again, or raise the table's property commit.retry.num-retries.",
                cause: null),
        };
    }

    /// <summary>Writes what a try needs. What a failure leaves behind is deleted: nobody has heard of it.</summary>
    private async ValueTask<(Snapshot Snapshot, SentTry Sent)> PrepareAsync(
        CatalogTable table, SnapshotTry snapshotTry, CommitStep step, CancellationToken cancellationToken)
    {
        _tryStart = _written.Count;
        _written.AddRange(step.Files);
        try
        {
            if (_manifests is null)
            {
                // Of all tries, so they do not go with this one.
                _manifests = await snapshotTry.WriteAddedAsync(added, cancellationToken).ConfigureAwait(false);
                _written.RemoveRange(_tryStart, step.Files.Count);
                _tryStart = _written.Count;
                _written.AddRange(step.Files);
            }

            FileChange change = removal is null ? FileChange.None : await removal.FindAsync(table, cancellationToken).ConfigureAwait(false);
            List<ManifestFile> manifests = [.. _manifests!];
            if (change.Added.Count > 0)
            {
                manifests.AddRange(await snapshotTry.WriteAddedAsync(change.Added, cancellationToken).ConfigureAwait(false));
            }

            Snapshot snapshot = await snapshotTry.WriteAsync(
                manifests, [.. added, .. change.Added], change, step.Summary, clock.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken).ConfigureAwait(false);
            return (snapshot, new SentTry([.. snapshotTry.Manifests.Select(manifest => manifest.Path)], [.. change.Added.Select(file => file.FilePath)]));
        }
        catch
        {
            await DiscardTryAsync(table).ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask<CatalogCommit> SendAsync(
        CatalogTable table, Snapshot snapshot, SentTry sent, CommitStep step, CancellationToken cancellationToken)
    {
        long? head = table.Metadata.CurrentSnapshotId;
        List<TableUpdate> updates = [new TableUpdate.AddSnapshot(snapshot), new TableUpdate.SetRef(SnapshotRef.Main, Moved(table, SnapshotRef.Main, isBranch: true, snapshot.Id))];
        if (tag is not null)
        {
            updates.Add(new TableUpdate.SetRef(tag, Moved(table, tag, isBranch: false, snapshot.Id)));
        }

        updates.AddRange(step.Updates);

        // From here on the outcome is unknown until the catalog has answered.
        bool isFirstFrom = _unknownHeads.Add(head ?? NoHead);
        _sent[snapshot.ManifestList!] = sent;
        CatalogCommit outcome = await catalog.CommitAsync(
            table, [new TableRequirement.SameTable(table.Metadata.TableUuid), new TableRequirement.RefIs(SnapshotRef.Main, head)], updates, cancellationToken).ConfigureAwait(false);
        if (outcome.Outcome == CatalogCommitOutcome.Committed)
        {
            _isMade = true;
        }
        else if (isFirstFrom)
        {
            _unknownHeads.Remove(head ?? NoHead);
        }

        return outcome;
    }

    /// <summary>Deletes what no snapshot names: of tries that failed, or of all.</summary>
    private async ValueTask<CommitResult> EndAsync(CommitResult result)
    {
        if (result.MayDiscard)
        {
            await DiscardAsync(result.Table).ConfigureAwait(false);
            return result;
        }

        // What other tries than the one that was made wrote.
        if (result.Table.Metadata.FindSnapshot(_snapshotId!.Value) is { ManifestList: { } list } snapshot && _sent.Remove(list, out SentTry? made))
        {
            HashSet<string> named = [list, .. made.Manifests, .. LaneRecord.FilesOf(snapshot)];
            await DeleteAsync(
                result.Table, [.. _written.Where(file => !named.Contains(file)), .. _sent.Values.SelectMany(sent => sent.Rewritten)]).ConfigureAwait(false);
        }

        _written.Clear();
        _sent.Clear();
        await (removal?.ReleaseAsync() ?? default).ConfigureAwait(false);
        return result;
    }

    /// <summary>Deletes what only this try named.</summary>
    private async ValueTask DiscardTryAsync(CatalogTable table)
    {
        await DiscardRemovalAsync().ConfigureAwait(false);
        string[] written = [.. _written.Skip(_tryStart)];
        _written.RemoveRange(_tryStart, written.Length);
        await DeleteAsync(table, written).ConfigureAwait(false);
    }

    private async ValueTask DiscardRemovalAsync()
    {
        try
        {
            await (removal?.DiscardAsync(CancellationToken.None) ?? default).ConfigureAwait(false);
        }
        catch (SessionizeException)
        {
            // A role that may not delete leaves orphans.
        }
    }

    /// <summary>Forgets the tries of which the table now tells that they were not made, and cannot be any more.</summary>
    private void Settle(CatalogTable table)
    {
        _isMade |= _snapshotId is { } id && table.Metadata.FindSnapshot(id) is not null;
        SnapshotHistory history = new(table.Metadata);

        // Whoever came behind such a try's head came in its place: all that did are there to see, back to that head.
        _unknownHeads.RemoveWhere(head => !_isMade && head != HeadOf(table) && history.Has(head));
    }

    private static long HeadOf(CatalogTable table) => table.Metadata.CurrentSnapshotId ?? NoHead;

    /// <summary>Deletes as well as can be: what stays is an orphan, which harms nobody, and the commit has its outcome.</summary>
    private static async ValueTask DeleteAsync(CatalogTable table, IReadOnlyCollection<string> files)
    {
        try
        {
            await table.Storage.DeleteAsync(files, CancellationToken.None).ConfigureAwait(false);
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
}
