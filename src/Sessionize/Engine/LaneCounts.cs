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

    public long BadOf(BadEventReason reason) => _bad[(int)reason];
}
