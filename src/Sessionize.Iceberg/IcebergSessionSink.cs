using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Commits;
using Sessionize.Iceberg.Diagnostics;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Writing;

namespace Sessionize.Iceberg;

/// <summary>Writes sessions to an Iceberg v1 or v2 table. Its snapshots are the deciding commits: rows, positions and versions of lanes as one step.</summary>
/// <remarks>
/// <para>In streaming a snapshot's summary records the lanes of its pipeline (design section 5), and a tag keeps it from being expired. In batch
/// it records the name of the run (<see cref="IcebergTableOptions.RunId"/>).</para>
/// <para>Rows are staged in data files that no snapshot names. They are deleted only when it is certain that none ever will; what a killed
/// process leaves behind are orphans, which Iceberg's orphan removal deletes.</para>
/// <para>An instance takes one pipeline. Not thread-safe, but for <see cref="Encode"/>.</para>
/// </remarks>
public sealed class IcebergSessionSink : ISessionBatchSink, IMeasuredSink
{
    private readonly IcebergTableOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly HashSet<string> _notes = new(StringComparer.Ordinal);
    private readonly Lock _staging = new();
    private readonly HashSet<int> _dates = [];
    private readonly List<Session> _retracted = [];
    private IIcebergCatalog? _catalog;
    private TableName? _name;
    private CatalogTable? _table;
    private SessionFileWriter? _writer;
    private TableCommit? _commit;
    private Guid _commitId;
    private long _stagedBytes;
    private long _committedBytes;

    /// <summary>Makes a sink; nothing is connected to before <see cref="OpenAsync"/>.</summary>
    /// <param name="options">Which table, and how; copied. A mistake in them is told by <see cref="OpenAsync"/>.</param>
    /// <param name="clock">Gives the time of snapshots, and the pauses between retries; <see langword="null"/>: the system's.</param>
    /// <param name="logger">Is told what is not done as the table's properties say; <see langword="null"/>: nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">Memory or threads are out of range.</exception>
    public IcebergSessionSink(IcebergTableOptions options, TimeProvider? clock = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Copy();
        _clock = clock ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
    }

    /// <summary>Makes a sink over a catalog, which it closes.</summary>
    internal IcebergSessionSink(IcebergTableOptions options, TimeProvider clock, IIcebergCatalog catalog)
        : this(options, clock) => (_catalog, _name) = (catalog, TableName.Parse(options.Name));

    /// <summary>In batch: whether a run of this name had committed already, so that this one wrote nothing.</summary>
    /// <value>Known after the commit.</value>
    public bool WasCommittedBefore { get; private set; }

    /// <inheritdoc/>
    long IMeasuredSink.CommittedBytes => Volatile.Read(ref _committedBytes);

    /// <summary>Looks whether a run has committed to a table, before its work is done in vain.</summary>
    /// <param name="options">The table, with <see cref="IcebergTableOptions.RunId"/>.</param>
    /// <param name="clock">The catalog's clock; <see langword="null"/>: the system's.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether the table keeps a snapshot of that run; not, if there is no table.</returns>
    /// <exception cref="SessionizeException">The table is damaged, or the catalog is away.</exception>
    /// <exception cref="ArgumentException">An option cannot be used, or there is no run's name.</exception>
    public static async ValueTask<bool> HasRunAsync(IcebergTableOptions options, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.RunId);
        (IIcebergCatalog catalog, TableName name) = IcebergCatalogs.Open(options, clock ?? TimeProvider.System);
        await using (catalog.ConfigureAwait(false))
        {
            return await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false) is { } table
                && new SnapshotHistory(table.Metadata).FindValue(SummaryKeys.RunId, options.RunId) is not null;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">
    /// There is no such table and it is not to be created; it cannot take sessions; it was rolled back; or catalog or storage fail.
    /// </exception>
    /// <exception cref="ArgumentException">An option cannot be used; the message names it and the remedy.</exception>
    public async ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(opening);
        if (_catalog is null)
        {
            (_catalog, _name) = IcebergCatalogs.Open(_options, _clock);
        }

        _table = await new TableOpening(_catalog, _name!, _options, _clock).OpenAsync(cancellationToken).ConfigureAwait(false);
        if (opening.Lanes.Count == 0)
        {
            return [];
        }

        PipelineLanes lanes = await LaneFence.ReadAsync(_table, new SnapshotHistory(_table.Metadata), opening.Pipeline, _options.AcceptRollback, cancellationToken).ConfigureAwait(false);
        await LaneRecord.RemoveUnnamedAsync(_table, opening.Pipeline, _clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        return [.. opening.Lanes.Select(lane => lanes.Lanes.GetValueOrDefault(lane)?.Entry).OfType<LaneCommit>()];
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The sink was not opened.</exception>
    public Func<CancellationToken, ValueTask> Encode(SessionBatch rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (_options.OverwriteDates)
        {
            AddDates(rows.StartMs);
        }

        return Writer().Encode(rows);
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">A value does not fit into its column, or the storage fails.</exception>
    /// <exception cref="InvalidOperationException">The sink was not opened.</exception>
    public async ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        SessionChange[] added = [.. changes.Where(change => change.Kind == SessionChangeKind.Added)];
        _retracted.AddRange(changes.Where(change => change.Kind != SessionChangeKind.Added).Select(change => change.Session));
        if (_options.OverwriteDates)
        {
            AddDates([.. added.Select(change => change.Session.StartMs)]);
        }

        await Writer().WriteAsync(added, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">
    /// The outcome is unknown, the table cannot be gone on with, or others were faster as often as the table lets a commit be tried again.
    /// </exception>
    public async ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        if (_commit is null || _commitId != commit.Id)
        {
            IReadOnlyList<DataFile> files = await FinishAsync(cancellationToken).ConfigureAwait(false);
            if (commit.Lanes.Count == 0 && files.Count == 0 && _options.RunId is null)
            {
                // A run without sessions changes nothing, and leaves nothing that a later one would have to find.
                await ResetAsync().ConfigureAwait(false);
                return SinkCommitOutcome.Committed;
            }

            _commit = New(commit, files);
            _commitId = commit.Id;
            _stagedBytes = files.Sum(file => file.FileSizeInBytes);
        }

        return await SettleAsync(await _commit.RunAsync(Table, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The catalog or the storage is away.</exception>
    public async ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        CatalogTable table = await Catalog.LoadAsync(Table.Name, cancellationToken).ConfigureAwait(false) ?? Table;
        SnapshotHistory history = new(table.Metadata);
        bool isThere = commit.Lanes.Count == 0
            ? history.FindValue(SummaryKeys.RunId, RunId(commit)) is not null
            : LaneFence.IsIn(
                history, await LaneFence.ReadAsync(table, history, commit.Pipeline, acceptRollback: true, cancellationToken).ConfigureAwait(false), commit);
        if (_commitId == commit.Id && _commit is not null
            && (isThere || (isThere = await _commit.WasMadeAndExpiredAsync(table, cancellationToken).ConfigureAwait(false))))
        {
            // Committed unseen, by this sink or by another run of the name.
            await SettleAsync(await _commit.SettleAsync(table).ConfigureAwait(false)).ConfigureAwait(false);
        }

        return isThere;
    }

    /// <inheritdoc/>
    public ValueTask DiscardAsync(CancellationToken cancellationToken) => ResetAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await ResetAsync().ConfigureAwait(false);
        }
        finally
        {
            if (_catalog is not null)
            {
                await _catalog.DisposeAsync().ConfigureAwait(false);
                _catalog = null;
            }
        }
    }

    private IIcebergCatalog Catalog => _catalog ?? throw new InvalidOperationException("The sink was not opened: call OpenAsync first.");

    private CatalogTable Table => _table ?? throw new InvalidOperationException("The sink was not opened: call OpenAsync first.");

    private async ValueTask<SinkCommitOutcome> SettleAsync(CommitResult result)
    {
        _table = result.Table;
        if (result.Kind == CommitStepKind.Refused)
        {
            return SinkCommitOutcome.Refused;
        }

        WasCommittedBefore = result.MayDiscard;
        Volatile.Write(ref _committedBytes, _committedBytes + (WasCommittedBefore ? 0 : _stagedBytes));
        await ResetAsync().ConfigureAwait(false);
        return SinkCommitOutcome.Committed;
    }

    private string RunId(SinkCommit commit) => _options.RunId ?? $"{commit.Id}";

    private TableCommit New(SinkCommit commit, IReadOnlyList<DataFile> files)
    {
        bool isBatch = commit.Lanes.Count == 0;
        IFileRemoval? removal = _retracted.Count > 0 ? new RowRetraction([.. _retracted])
            : isBatch && _options.OverwriteDates ? new DateOverwrite(new HashSet<int>(_dates))
            : null;
        return new TableCommit(
            Catalog, isBatch ? new RunFence(RunId(commit)) : new LaneFence(commit, _options.AcceptRollback), files, removal,
            isBatch ? null : SummaryKeys.Tag(commit.Pipeline), _clock);
    }

    private async ValueTask<IReadOnlyList<DataFile>> FinishAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Writer().FinishAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SessionizeException failure) when (failure.IsTransient)
        {
            // Storage tries again by itself. The rows of a file that it gave up are not here any more.
            throw new SessionizeException(failure.Message, failure, isTransient: true) { AreRetriesUsedUp = true };
        }
    }

    private SessionFileWriter Writer()
    {
        lock (_staging)
        {
            return _writer ??= NewWriter();
        }
    }

    private SessionFileWriter NewWriter()
    {
        SessionFileWriter writer = new(
            Table, SessionTableSchema.Match(Table.Metadata), $"{Guid.NewGuid():N}",
            new SessionFileWriterOptions { MemoryBytes = _options.MemoryBytes, Threads = _options.Threads, TempFolder = _options.TempFolder });
        foreach (string note in writer.Notes.Where(_notes.Add))
        {
            Log.NotAsTheTableSays(_logger, $"{Table.Name}", note);
        }

        return writer;
    }

    private void AddDates(ReadOnlySpan<long> startMs)
    {
        lock (_staging)
        {
            foreach (long start in startMs)
            {
                _dates.Add((int)Math.Floor(start / (double)TimeSpan.MillisecondsPerDay));
            }
        }
    }

    /// <summary>Forgets what was staged; its files are deleted, if it is certain that no snapshot names them.</summary>
    private async ValueTask ResetAsync()
    {
        SessionFileWriter? writer;
        TableCommit? commit;
        lock (_staging)
        {
            (writer, commit) = (_writer, _commit);
            (_writer, _commit) = (null, null);
            _retracted.Clear();
            _dates.Clear();
        }

        // What a snapshot names, or a try of which nobody knows, stays.
        bool mayDiscard = commit?.MustKeepFiles != true;
        if (commit is not null && mayDiscard)
        {
            await commit.DiscardAsync(Table).ConfigureAwait(false);
        }

        if (writer is null)
        {
            return;
        }

        await using (writer.ConfigureAwait(false))
        {
            if (mayDiscard)
            {
                try
                {
                    await writer.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
                }
                catch (SessionizeException)
                {
                    // A role that may not delete leaves orphans, which harm nobody.
                }
            }
        }
    }
}
