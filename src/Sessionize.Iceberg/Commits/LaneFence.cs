using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Commits;

/// <summary>The fence of a pipeline's commit: each lane's version has to be the one that the commit starts from (semantics section 9).</summary>
internal sealed class LaneFence(SinkCommit commit, bool acceptRollback) : ICommitFence
{
    private const int PositionsTold = 8;

    private int _tries;

    /// <inheritdoc/>
    public bool IsLasting => true;

    /// <inheritdoc/>
    public async ValueTask<CommitStep> JudgeAsync(CatalogTable table, CancellationToken cancellationToken)
    {
        SnapshotHistory history = new(table.Metadata);
        PipelineLanes lanes = await ReadAsync(table, history, commit.Pipeline, acceptRollback, cancellationToken).ConfigureAwait(false);
        if (IsIn(history, lanes, commit))
        {
            return CommitStep.Done;
        }

        if (!lanes.AreAtStartOf(commit))
        {
            return CommitStep.Refused;
        }

        Dictionary<string, string> summary = CarriedKeys.Of(history, exceptOf: commit.Pipeline);
        string name = _tries++ == 0 ? $"{commit.Id}" : $"{commit.Id}-{_tries}";
        summary[SummaryKeys.Commit(commit.Pipeline)] = $"{commit.Id}";
        summary[SummaryKeys.Lanes(commit.Pipeline)] =
            await LaneRecord.WriteAsync(table, commit.Pipeline, lanes.With(commit), name, cancellationToken).ConfigureAwait(false);
        if (commit.Fingerprint.Length > 0)
        {
            summary[SummaryKeys.Fingerprint(commit.Pipeline)] = commit.Fingerprint;
        }

        string marker = SummaryKeys.Marker(commit.Pipeline);
        return new CommitStep(
            CommitStepKind.Go,
            summary,
            table.Metadata.Properties.ContainsKey(marker) ? [] : [new TableUpdate.SetProperties(new Dictionary<string, string> { [marker] = "true" })],
            LaneRecord.FileOf(summary[SummaryKeys.Lanes(commit.Pipeline)]) is var (file, _, _) ? [file] : []);
    }

    /// <summary>Reads the lanes of a pipeline.</summary>
    /// <exception cref="SessionizeException">The table was rolled back, or what it recorded is lost or damaged.</exception>
    public static async ValueTask<PipelineLanes> ReadAsync(
        CatalogTable table, SnapshotHistory history, string pipeline, bool acceptRollback, CancellationToken cancellationToken)
    {
        Carrier carrier = history.Find(pipeline);
        PipelineLanes lanes = carrier.Snapshot is null
            ? PipelineLanes.None
            : await ReadAsync(table, carrier.Snapshot, pipeline, cancellationToken).ConfigureAwait(false);
        return carrier.State switch
        {
            CarrierState.Lost when !acceptRollback => throw new SessionizeException(
                $"The pipeline '{pipeline}' has committed to {table.Name}, and neither a snapshot nor the tag '{SummaryKeys.Tag(pipeline)}' is left that says how far. "
                + "Set the tag on a snapshot that has its keys, or accept the rollback (--accept-rollback): then all input is read again, and its sessions come once more."),
            CarrierState.RolledBack when !acceptRollback => throw new SessionizeException(
                $"{table.Name} was rolled back behind the snapshot {carrier.Abandoned!.Id}, the last commit of the pipeline '{pipeline}'. It would go on at {Describe(lanes)}. "
                + "Roll the table forward again, or accept the rollback (--accept-rollback)."),
            _ => lanes,
        };
    }

    /// <summary>Whether a table has a commit.</summary>
    public static bool IsIn(SnapshotHistory history, PipelineLanes lanes, SinkCommit commit) =>
        lanes.Has(commit) || history.FindValue(SummaryKeys.Commit(commit.Pipeline), $"{commit.Id}") is not null;

    private static ValueTask<PipelineLanes> ReadAsync(CatalogTable table, Snapshot snapshot, string pipeline, CancellationToken cancellationToken) =>
        snapshot.Summary.TryGetValue(SummaryKeys.Lanes(pipeline), out string? value)
            ? LaneRecord.ReadAsync(table, value, cancellationToken)
            : throw new SessionizeException(
                $"The snapshot {snapshot.Id} of {table.Name} has '{SummaryKeys.Commit(pipeline)}' and no '{SummaryKeys.Lanes(pipeline)}': roll the table back to the snapshot before it.");

    private static string Describe(PipelineLanes lanes)
    {
        PartitionPosition[] positions = [.. lanes.Lanes.Values.OrderBy(lane => lane.Entry.Lane).SelectMany(lane => lane.Entry.Positions)];
        string told = string.Join(", ", positions.Take(PositionsTold).Select(position => $"{position.Partition} at {position.Next}"));
        return positions.Length == 0 ? "the beginning of its input"
            : positions.Length <= PositionsTold ? told
            : $"{told} and so on, {positions.Length} partitions in all ('sessionize table describe' lists them)";
    }
}
