namespace Sessionize;

/// <summary>The lengths of sessions, from the first to the last event, for quantiles and histograms.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
public sealed class SessionLengths
{
    private readonly long[] _sortedMs;

    /// <summary>Takes lengths over.</summary>
    /// <param name="lengthsMs">The lengths in milliseconds, in any order.</param>
    public SessionLengths(IEnumerable<long> lengthsMs)
    {
        _sortedMs = [.. lengthsMs];
        Array.Sort(_sortedMs);
    }

    /// <summary>The number of sessions.</summary>
    public int Count => _sortedMs.Length;

    /// <summary>The length that a share of the sessions does not exceed (nearest rank).</summary>
    /// <param name="share">The share, from 0 to 1: 0.5 is the median, 1 the longest.</param>
    /// <returns>The length in milliseconds; 0 when there are no sessions.</returns>
    public long Quantile(double share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(share, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        return _sortedMs.Length == 0 ? 0 : _sortedMs[Math.Max((int)Math.Ceiling(share * _sortedMs.Length) - 1, 0)];
    }

    /// <summary>How many sessions are at least as long as one limit and shorter than another.</summary>
    /// <param name="fromMs">The limit, inclusive, in milliseconds.</param>
    /// <param name="toMs">The limit, exclusive, in milliseconds.</param>
    /// <returns>The number of sessions.</returns>
    public int CountBetween(long fromMs, long toMs) => Math.Max(FirstAtLeast(toMs) - FirstAtLeast(fromMs), 0);

    private int FirstAtLeast(long limitMs)
    {
        int low = 0;
        int high = _sortedMs.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _sortedMs[middle] < limitMs ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
