using System.Globalization;

namespace Sessionize.Cli.Output;

/// <summary>Shows what a pipeline does: a line that lives on a terminal, a line for each trigger elsewhere.</summary>
internal sealed class RunDisplay(SessionizationPipeline pipeline, TimeSpan interval, TimeProvider clock) : IProgress<TriggerProgress>
{
    private const string StartOfLine = "\r\u001b[K";
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(1);

    private readonly bool _isLive = Talk.IsTerminal;
    private TriggerProgress? _last;
    private DateTimeOffset? _lastCommit;
    private long _eventsBefore;
    private long _shownAt = clock.GetTimestamp();

    /// <inheritdoc/>
    public void Report(TriggerProgress value)
    {
        _lastCommit = value.HasCommitted ? value.Time : _lastCommit;
        Volatile.Write(ref _last, value);
        if (!_isLive)
        {
            Talk.Say(LineOf(value));
        }
    }

    /// <summary>Shows a run until it ends.</summary>
    public async Task ShowAsync(Task run)
    {
        while (_isLive && await Task.WhenAny(run, Task.Delay(s_refresh, clock)).ConfigureAwait(false) != run)
        {
            Write(StartOfLine + Fitting(LiveLine()));
        }

        if (_isLive)
        {
            Write(StartOfLine);
        }

        await run.ConfigureAwait(false);
    }

    private static string LineOf(TriggerProgress p) => string.Create(
        CultureInfo.InvariantCulture,
        $"{p.Time:yyyy-MM-ddTHH:mm:ssZ} inputRows={p.InputRows} inputRowsPerSecond={p.InputRowsPerSecond:F1} processingTime={p.ProcessingTime.TotalMilliseconds:F0}ms "
        + $"lag={(p.Lag is { } lag ? lag : "unknown")} watermark={(p.Watermark is { } time ? time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : "none")} "
        + $"open={p.OpenUsers} closed={p.ClosedSessions} late={p.LateEvents} bad={p.BadEvents} partitions={p.Partitions} committed={(p.HasCommitted ? "yes" : "no")}");

    private string LiveLine()
    {
        SessionizationCounts counts = pipeline.Counts;
        long now = clock.GetTimestamp();
        double rate = (counts.Events - _eventsBefore) / Math.Max(clock.GetElapsedTime(_shownAt, now).TotalSeconds, 1e-3);
        (_eventsBefore, _shownAt) = (counts.Events, now);
        TriggerProgress? last = Volatile.Read(ref _last);
        string waiting = WaitsFor(counts, last, rate);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Math.Max(rate, 0):N0} events/s  lag {(last?.Lag is { } lag ? lag.ToString("N0", CultureInfo.InvariantCulture) : "?")}  "
            + $"watermark {(last?.Watermark is { } time ? time.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "none")}  open {counts.OpenUsers:N0}  closed {counts.ClosedSessions:N0}  "
            + $"late {counts.LateEvents:N0}  bad {counts.BadEvents.Values.Sum():N0}  commit {(_lastCommit is { } commit ? Ago(clock.GetUtcNow() - commit) : "none yet")}{waiting}");
    }

    /// <summary>Why nothing comes out, when that is so.</summary>
    private string WaitsFor(SessionizationCounts counts, TriggerProgress? last, double rate) => last switch
    {
        null => string.Create(CultureInfo.InvariantCulture, $"  (the first commit comes {interval.TotalSeconds:0.#} s after the start)"),
        { Partitions: 0 } => "  (waits for partitions: other members of the group have all of them, or are about to give some)",
        _ when counts.ClosedSessions > 0 => "",
        { Watermark: null } when counts.Events == 0 => "  (waits for events)",
        { Watermark: null } => "  (waits for an event on every partition; idle ones stop to hold it up after 5 minutes)",
        _ when rate < 1 && counts.OpenUsers > 0 => "  (waits for later events: a session closes when the watermark has passed its end by the timeout)",
        _ => "",
    };

    private static string Ago(TimeSpan age) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(age.TotalSeconds, 0):0} s ago");

    private static string Fitting(string line)
    {
        int width = Console.WindowWidth is > 20 and var columns ? columns - 1 : 160;
        return line.Length > width ? line[..width] : line;
    }

    private static void Write(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (IOException)
        {
            // The terminal has gone away. The run goes on.
        }
    }
}
