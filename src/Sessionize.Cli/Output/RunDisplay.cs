namespace Sessionize.Cli.Output;

/// <summary>Shows what a pipeline does: a line that lives on a terminal, a line for each trigger elsewhere.</summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="interval">How often it commits.</param>
/// <param name="clock">The clock.</param>
/// <param name="status">The line on a terminal.</param>
/// <param name="tellsTriggers">Whether there is a line for each trigger elsewhere.</param>
internal sealed class RunDisplay(SessionizationPipeline pipeline, TimeSpan interval, TimeProvider clock, StatusLine status, bool tellsTriggers = true)
    : IProgress<TriggerProgress>
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(1);

    private TriggerProgress? _last;
    private DateTimeOffset? _lastCommit;
    private long _eventsBefore;
    private long _shownAt = clock.GetTimestamp();
    private long _closedBefore;
    private long _closedAt = clock.GetTimestamp();

    /// <inheritdoc/>
    public void Report(TriggerProgress value)
    {
        _lastCommit = value.HasCommitted ? value.Time : _lastCommit;
        Volatile.Write(ref _last, value);
        if (!status.IsLive && tellsTriggers)
        {
            Talk.Say(RunStatus.LineOf(value));
        }
    }

    /// <summary>Shows a run until it ends.</summary>
    public async Task ShowAsync(Task run)
    {
        while (status.IsLive && await Task.WhenAny(run, Task.Delay(s_refresh, clock)).ConfigureAwait(false) != run)
        {
            status.Show(Next().Line);
        }

        status.Show("");
        await run.ConfigureAwait(false);
    }

    private RunStatus Next()
    {
        SessionizationCounts counts = pipeline.Counts;
        long now = clock.GetTimestamp();
        double rate = (counts.Events - _eventsBefore) / Math.Max(clock.GetElapsedTime(_shownAt, now).TotalSeconds, 1e-3);
        (_eventsBefore, _shownAt) = (counts.Events, now);
        if (counts.ClosedSessions != _closedBefore)
        {
            (_closedBefore, _closedAt) = (counts.ClosedSessions, now);
        }

        return new RunStatus(clock.GetUtcNow(), interval, counts, pipeline.Health, Volatile.Read(ref _last), _lastCommit, rate, clock.GetElapsedTime(_closedAt, now));
    }
}
