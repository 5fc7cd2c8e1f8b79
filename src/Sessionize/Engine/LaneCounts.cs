namespace Sessionize.Engine;

/// <summary>What a lane did since it was opened: plain fields, read by observable instruments.</summary>
internal sealed class LaneCounts
{
    private readonly long[] _bad = new long[Enum.GetValues<BadEventReason>().Length];

    public long Events { get; set; }

    public long Late { get; set; }

    public long Closed { get; set; }

    public long Bad => _bad.Sum();

    public void AddBad(BadEventReason reason) => _bad[(int)reason]++;

    /// <summary>Adds what another lane did, which is there no more.</summary>
    public void Add(LaneCounts other)
    {
        Events += other.Events;
        Late += other.Late;
        Closed += other.Closed;
        for (int reason = 0; reason < _bad.Length; reason++)
        {
            _bad[reason] += other._bad[reason];
        }
    }

    public long BadOf(BadEventReason reason) => _bad[(int)reason];
}
