namespace Sessionize.Iceberg.Tests.Commits.Scripts;

/// <summary>What a snapshot has to hold.</summary>
/// <param name="Rows">The rows, by session id.</param>
/// <param name="Lanes">Where each lane of each pipeline stands.</param>
/// <param name="Intents">The commits that led to it, also those whose snapshots were expired.</param>
/// <param name="Files">All files that its readers need.</param>
internal sealed record TableState(
    IReadOnlyDictionary<string, Session> Rows,
    IReadOnlyDictionary<(string Pipeline, LaneId Lane), LaneCommit> Lanes,
    IReadOnlyList<Intent> Intents,
    IReadOnlySet<string> Files)
{
    public static TableState Empty { get; } = new(
        new Dictionary<string, Session>(), new Dictionary<(string, LaneId), LaneCommit>(), [], new HashSet<string>());

    /// <summary>The state after a commit.</summary>
    public TableState After(Intent intent, IReadOnlySet<string> files)
    {
        Dictionary<string, Session> rows = new(Rows);
        HashSet<long> dates = intent.OverwritesDates ? [.. intent.Added.Select(Intent.Day)] : [];
        foreach (Session row in Rows.Values.Where(row => dates.Contains(Intent.Day(row)) || intent.Retracted.Any(retracted => retracted.SessionId == row.SessionId)))
        {
            rows.Remove(row.SessionId);
        }

        foreach (Session row in intent.Added)
        {
            rows.Add(row.SessionId, row);
        }

        Dictionary<(string, LaneId), LaneCommit> lanes = new(Lanes);
        foreach (LaneCommit lane in intent.Commit.Lanes)
        {
            lanes[(intent.Commit.Pipeline, lane.Lane)] = lane;
        }

        return new TableState(rows, lanes, [.. Intents, intent], files);
    }
}
