namespace Sessionize.Engine;

/// <summary>Looks at a running engine from another thread, and says how it is.</summary>
internal sealed class PipelineCheckup(
    PipelinePlan plan, TimeSpan interval, StreamingEngine engine, PipelineLoop loop, BackPressure pressure, IEventSourceWarning? source)
{
    public const string NotOpened = "The pipeline has not opened its source, state and sink yet.";

    private const int MissedCommits = 3;

    // Intervals of a second are for sinks that are fast when all is well; three slow commits in a row are no failure.
    private static readonly TimeSpan s_leastPatience = TimeSpan.FromMinutes(1);

    private static readonly long s_earliestMs = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();

    public SessionizationHealth Look()
    {
        string[] unhealthy = [.. WhatFails()];
        string[] degraded = [.. WhatIsInTheWay()];
        return new SessionizationHealth
        {
            Status = unhealthy.Length > 0 ? SessionizationHealthStatus.Unhealthy
                : degraded.Length > 0 ? SessionizationHealthStatus.Degraded
                : SessionizationHealthStatus.Healthy,
            Findings = [.. unhealthy, .. degraded],
            Lanes = [.. engine.Lanes.Select(HealthOf)],
        };
    }

    private IEnumerable<string> WhatFails()
    {
        TimeSpan patience = MissedCommits * interval;
        patience = patience < s_leastPatience ? s_leastPatience : patience;
        if (engine.Commits.ResultsWait is { } results && results > patience)
        {
            yield return $"Closed sessions or dead letters have waited for their commit for {Seconds(results)} s; the limit is {Seconds(patience)} s.";
        }
        else if (engine.Commits.InputWaits is { } input && input > patience + plan.MaxCommitDelay)
        {
            yield return $"Nothing was committed for {Seconds(input)} s although there was input; the limit is {Seconds(patience + plan.MaxCommitDelay)} s.";
        }
    }

    private IEnumerable<string> WhatIsInTheWay()
    {
        if (!loop.IsOpen)
        {
            yield return NotOpened;
        }

        if (engine.RetriedFailure is { } failure)
        {
            yield return $"A commit is tried again: {failure}";
        }

        if (engine.Commits.Refusals is > 0 and int refusals)
        {
            yield return $"{refusals} commits in a row were refused: another process commits for the same lanes.";
        }

        if (pressure.Limits.IsWaiting)
        {
            yield return "Intake waits for MaxEventsPerTrigger or MaxEventsPerSecond.";
        }

        if (pressure.Readers.IsWaiting)
        {
            yield return "Intake waits for one who reads sessions along and is slow.";
        }

        if (engine.FailedLanes is { Count: > 0 } lanes)
        {
            yield return $"Lanes were left out because their state cannot be opened: {string.Join(", ", lanes)}.";
        }

        if (engine.RebuiltLanes is { Count: > 0 } rebuilt)
        {
            yield return $"The state of lanes was lost and is being rebuilt from their records: {string.Join(", ", rebuilt)}.";
        }

        if (source?.Warning is { } warning)
        {
            yield return warning;
        }
    }

    private static LaneHealth HealthOf(Lane lane) => new(
        lane.Id,
        lane.Watermark is var watermark && watermark > s_earliestMs
            ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(watermark, EndClosing.LastEndTimeMs))
            : null,
        lane.Partitions.ToDictionary(partition => partition.Source.Name, partition => partition.Next, StringComparer.Ordinal),
        lane.Users);

    private static long Seconds(TimeSpan time) => (long)time.TotalSeconds;
}
