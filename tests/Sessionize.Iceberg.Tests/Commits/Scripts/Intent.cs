namespace Sessionize.Iceberg.Tests.Commits.Scripts;

/// <summary>What a commit is to do, and what came of it.</summary>
internal sealed record Intent(SinkCommit Commit, IReadOnlyList<Session> Added)
{
    /// <summary>The rows that leave.</summary>
    public IReadOnlyCollection<Session> Retracted { get; init; } = [];

    /// <summary>Whether the rows of all dates of <see cref="Added"/> leave.</summary>
    public bool OverwritesDates { get; init; }

    /// <summary>In batch: the run.</summary>
    public string? RunId { get; init; }

    /// <summary>The snapshots that it became; more than one only where the table was rolled back in between.</summary>
    public List<long> Snapshots { get; } = [];

    /// <summary>What the sink said; <see langword="null"/>: it gave up.</summary>
    public SinkCommitOutcome? Outcome { get; set; }

    /// <summary>Whether a snapshot was expired or the table rolled back while it was under way: then some files are nobody's.</summary>
    public bool WasDisturbed { get; set; }

    /// <summary>The date of a row, in days since 1970.</summary>
    public static long Day(Session row) => row.StartMs / 86_400_000;

    public override string ToString() =>
        $"{Commit.Pipeline} {Commit.Id:N}"[..20] + $" lanes {string.Join(',', Commit.Lanes.Select(lane => lane.Lane.Number))} +{string.Join('+', Added.Select(row => row.SessionId))}"
        + $" -{string.Join('-', Retracted.Select(row => row.SessionId))}{(OverwritesDates ? " overwrites" : "")} {RunId} → {Outcome?.ToString() ?? "gave up"}, snapshots {string.Join(',', Snapshots)}";
}
