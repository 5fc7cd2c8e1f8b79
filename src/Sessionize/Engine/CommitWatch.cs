namespace Sessionize.Engine;

/// <summary>How long ago the last commit was, and since when something waits for the next. Written by the thread that runs the pipeline, read by any.</summary>
internal sealed class CommitWatch(TimeProvider clock)
{
    private const long Nothing = 0;

    private long _committedTicks = clock.GetUtcNow().UtcTicks;
    private long _inputSinceTicks = Nothing;
    private long _resultsSinceTicks = Nothing;
    private long _begunTicks;
    private long _rows;
    private int _refusals;

    /// <summary>How many sessions were committed.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>How many commits were refused since the last one that was not.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>The time since the last commit, or since the start.</summary>
    public TimeSpan Age => Since(ref _committedTicks) ?? TimeSpan.Zero;

    /// <summary>For how long input has waited for its commit; <see langword="null"/>: none waits.</summary>
    public TimeSpan? InputWaits => Since(ref _inputSinceTicks);

    /// <summary>For how long closed sessions or dead letters have waited for their commit; <see langword="null"/>: none wait.</summary>
    public TimeSpan? ResultsWait => Since(ref _resultsSinceTicks);

    /// <summary>Tells that something waits.</summary>
    public void Add(bool hasInput, bool hasResults)
    {
        Begin(ref _inputSinceTicks, hasInput);
        Begin(ref _resultsSinceTicks, hasResults);
    }

    /// <summary>Tells what still waits, after lanes were dropped.</summary>
    public void Reset(bool hasInput, bool hasResults) => Reset(hasInput, hasResults, clock.GetUtcNow().UtcTicks);

    /// <summary>Tells that a commit begins with what has waited so far.</summary>
    public void Begin() => _begunTicks = clock.GetUtcNow().UtcTicks;

    /// <summary>Tells that the commit is made, and what waits for the next one: since the begin of this one at the earliest.</summary>
    public void Committed(int rows, bool hasInput, bool hasResults)
    {
        Volatile.Write(ref _rows, _rows + rows);
        Volatile.Write(ref _refusals, 0);
        Volatile.Write(ref _committedTicks, clock.GetUtcNow().UtcTicks);
        Reset(hasInput, hasResults, _begunTicks);
    }

    /// <returns>How many commits had been refused before.</returns>
    public int Refused()
    {
        int before = _refusals;
        Volatile.Write(ref _refusals, before + 1);
        return before;
    }

    private TimeSpan? Since(ref long ticks) =>
        Volatile.Read(ref ticks) is var since && since != Nothing ? TimeSpan.FromTicks(clock.GetUtcNow().UtcTicks - since) : null;

    private void Reset(bool hasInput, bool hasResults, long sinceTicks)
    {
        Volatile.Write(ref _inputSinceTicks, hasInput ? sinceTicks : Nothing);
        Volatile.Write(ref _resultsSinceTicks, hasResults ? sinceTicks : Nothing);
    }

    private void Begin(ref long ticks, bool waits)
    {
        if (waits && ticks == Nothing)
        {
            Volatile.Write(ref ticks, clock.GetUtcNow().UtcTicks);
        }
    }
}
