namespace Sessionize.Engine;

/// <summary>What a lane did in this process: plain fields, written by the thread that runs the lane and read by observable instruments.</summary>
/// <param name="rules">How many rules the pipeline has.</param>
internal sealed class LaneCounts(int rules = 0)
{
    private readonly long[] _bad = new long[Enum.GetValues<BadEventReason>().Length];

    // By rule, with one more for the end of the input, which is no rule's.
    private readonly long[] _closed = new long[rules + 1];

    public long Events { get; set; }

    public long Late { get; set; }

    public long Closed => _closed.Sum();

    public long Bad => _bad.Sum();

    public void AddBad(BadEventReason reason) => _bad[(int)reason]++;

    public void AddClosed(int rule) => _closed[rule + 1]++;

    /// <summary>Adds what was counted elsewhere, for the same rules.</summary>
    public void Add(LaneCounts other)
    {
        Events += other.Events;
        Late += other.Late;
        for (int reason = 0; reason < _bad.Length; reason++)
        {
            _bad[reason] += other._bad[reason];
        }

        for (int rule = 0; rule < _closed.Length; rule++)
        {
            _closed[rule] += other._closed[rule];
        }
    }

    public long BadOf(BadEventReason reason) => _bad[(int)reason];

    public long ClosedBy(int rule) => _closed[rule + 1];
}
