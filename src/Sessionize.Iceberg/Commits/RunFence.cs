using Sessionize.Iceberg.Catalogs;

namespace Sessionize.Iceberg.Commits;

/// <summary>The fence of a batch run: a run of a name commits once, while the table keeps its snapshot.</summary>
internal sealed class RunFence(string runId) : ICommitFence
{
    /// <inheritdoc/>
    public bool IsLasting => false;

    /// <inheritdoc/>
    public ValueTask<CommitStep> JudgeAsync(CatalogTable table, CancellationToken cancellationToken)
    {
        SnapshotHistory history = new(table.Metadata);
        if (history.FindValue(SummaryKeys.RunId, runId) is not null)
        {
            return new(CommitStep.Done);
        }

        Dictionary<string, string> summary = CarriedKeys.Of(history, exceptOf: null);
        summary[SummaryKeys.RunId] = runId;
        return new(new CommitStep(CommitStepKind.Go, summary, [], []));
    }
}
