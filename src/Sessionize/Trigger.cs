namespace Sessionize;

/// <summary>When a pipeline commits, and whether it ends by itself (design section 6).</summary>
/// <remarks>Immutable. Every trigger but <see cref="UntilEnd"/> is live mode.</remarks>
public sealed record Trigger
{
    private Trigger(TimeSpan interval, bool isUntilEnd, EndClosing? closing)
    {
        Every = interval;
        IsUntilEnd = isUntilEnd;
        Closing = closing ?? EndClosing.LeaveOpen;
    }

    /// <summary>The time between commits.</summary>
    public TimeSpan Every { get; }

    /// <summary>Whether the pipeline takes what is there and ends.</summary>
    public bool IsUntilEnd { get; }

    /// <summary>What happens to open sessions at the end.</summary>
    public EndClosing Closing { get; }

    /// <summary>Commits after an interval, for ever.</summary>
    /// <param name="interval">The time between commits; above zero.</param>
    /// <returns>The trigger.</returns>
    public static Trigger Interval(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return new Trigger(interval, false, null);
    }

    /// <summary>Commits in short steps, for ever: <see cref="Interval"/> by the name that says what a short one is for.</summary>
    /// <param name="interval">How long a closed session waits for its commit at most, such as a second; above zero.</param>
    /// <returns>The trigger.</returns>
    public static Trigger Continuous(TimeSpan interval) => Interval(interval);

    /// <summary>Takes what is there, commits every 30 seconds meanwhile, and ends.</summary>
    /// <param name="closing">What happens to open sessions; <see cref="EndClosing.LeaveOpen"/> by default.</param>
    /// <returns>The trigger.</returns>
    public static Trigger UntilEnd(EndClosing? closing = null) => new(TimeSpan.FromSeconds(30), true, closing);
}
