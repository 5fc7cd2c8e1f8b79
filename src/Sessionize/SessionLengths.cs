namespace Sessionize;

/// <summary>The lengths of sessions, from the first to the last event, for quantiles and histograms.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
public sealed class SessionLengths
{
    // Sorted each for itself: those who make sessions sort what they made, and nobody has to wait for one sort of everything.
    private readonly long[][] _sortedMs;

    /// <summary>Takes lengths over.</summary>
    /// <param name="lengthsMs">The lengths in milliseconds, in any order.</param>
    public SessionLengths(IEnumerable<long> lengthsMs)
        : this([Sort([.. lengthsMs])])
    {
    }

    /// <summary>Takes parts over.</summary>
    /// <param name="sortedMs">The lengths in milliseconds, each part in order.</param>
    internal SessionLengths(IEnumerable<long[]> sortedMs)
    {
        _sortedMs = [.. sortedMs];
        Count = _sortedMs.Sum(part => (long)part.Length);
    }

    /// <summary>The number of sessions.</summary>
    public long Count { get; }

    /// <summary>The length that a share of the sessions does not exceed (nearest rank).</summary>
    /// <param name="share">The share, from 0 to 1: 0.5 is the median, 1 the longest.</param>
    /// <returns>The length in milliseconds; 0 when there are no sessions.</returns>
    public long Quantile(double share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(share, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        if (Count == 0)
        {
            return 0;
        }

        // The least length that so many sessions do not exceed; lengths are never negative.
        long rank = Math.Max((long)Math.Ceiling(share * Count), 1);
        long low = 0;
        long high = _sortedMs.Max(part => part.Length == 0 ? 0 : part[^1]);
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            (low, high) = CountBelow(middle + 1) >= rank ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>How many sessions are at least as long as one limit and shorter than another.</summary>
    /// <param name="fromMs">The limit, inclusive, in milliseconds.</param>
    /// <param name="toMs">The limit, exclusive, in milliseconds.</param>
    /// <returns>The number of sessions.</returns>
    public long CountBetween(long fromMs, long toMs) => Math.Max(CountBelow(toMs) - CountBelow(fromMs), 0);

    private static long[] Sort(long[] lengthsMs)
    {
        Array.Sort(lengthsMs);
        return lengthsMs;
    }

    private long CountBelow(long limitMs) => _sortedMs.Sum(part => (long)FirstAtLeast(part, limitMs));

    private static int FirstAtLeast(long[] sortedMs, long limitMs)
    {
        int low = 0;
        int high = sortedMs.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = sortedMs[middle] < limitMs ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
