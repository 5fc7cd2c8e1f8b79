using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Commits;

/// <summary>What a commit has to do with the table as it is at one try.</summary>
/// <param name="Kind">What.</param>
/// <param name="Summary">The keys of the new snapshot, if it is to be made.</param>
/// <param name="Updates">Changes that go with it.</param>
/// <param name="Files">Files that were written for this try alone.</param>
internal sealed record CommitStep(
    CommitStepKind Kind, IReadOnlyDictionary<string, string> Summary, IReadOnlyList<TableUpdate> Updates, IReadOnlyList<string> Files)
{
    /// <summary>Nothing: it is committed.</summary>
    public static CommitStep Done { get; } = new(CommitStepKind.Done, new Dictionary<string, string>(), [], []);

    /// <summary>Nothing: another has gone on meanwhile.</summary>
    public static CommitStep Refused { get; } = new(CommitStepKind.Refused, new Dictionary<string, string>(), [], []);
}
