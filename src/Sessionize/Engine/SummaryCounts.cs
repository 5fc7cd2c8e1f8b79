using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Sessionize.Engine;

/// <summary>Counts what a run over bounded input did. Safe for use by several threads.</summary>
internal sealed class SummaryCounts
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, long> _bad = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private readonly List<long[]> _lengths = [];
    private long _sessions;
    private long _badTotal;
    private long _users;

    public long Bad => Interlocked.Read(ref _badTotal);

    public long Sessions => Interlocked.Read(ref _sessions);

    public void AddBad(string reason)
    {
        lock (_gate)
        {
            Add(_bad, reason, 1);
            _badTotal++;
        }
    }

    public void AddUsers(long users) => Interlocked.Add(ref _users, users);

    public void AddSessions(SessionBatch rows)
    {
        long[] reasons = new long[rows.EndReasonCount];
        foreach (int reason in rows.EndReasons)
        {
            reasons[reason]++;
        }

        ReadOnlySpan<long> starts = rows.StartMs;
        ReadOnlySpan<long> ends = rows.EndMs;
        long[] lengths = new long[rows.Count];
        for (int row = 0; row < lengths.Length; row++)
        {
            lengths[row] = ends[row] - starts[row];
        }

        SortLengths(lengths);
        lock (_gate)
        {
            for (int reason = 0; reason < reasons.Length; reason++)
            {
                Add(_reasons, Encoding.UTF8.GetString(rows.EndReason(reason)), reasons[reason]);
            }

            _lengths.Add(lengths);
            _sessions += lengths.Length;
        }
    }

    public SessionizationSummary ToSummary(long events, TimeSpan elapsed, long? endTimeMs) => new()
    {
        Events = events,
        Users = _users,
        Sessions = Sessions,
        EndReasons = _reasons,
        BadEvents = _bad,
        Durations = new SessionLengths(_lengths),
        Elapsed = elapsed,
        EndTimeMs = endTimeMs,
    };

    /// <summary>Lengths are never negative, so their order is that of unsigned numbers.</summary>
    private static void SortLengths(long[] lengths)
    {
        Span<NumberKey> keys = MemoryMarshal.Cast<long, NumberKey>(lengths.AsSpan());
        NumberKey[] rented = ArrayPool<NumberKey>.Shared.Rent(keys.Length);
        RadixSort.Sort(keys, rented.AsSpan(0, keys.Length));
        ArrayPool<NumberKey>.Shared.Return(rented);
    }

    private static void Add(SortedDictionary<string, long> counts, string key, long more) =>
        counts[key] = counts.GetValueOrDefault(key) + more;

    private readonly struct NumberKey : IRadixKey
    {
        public ulong Key { get; init; }
    }
}
