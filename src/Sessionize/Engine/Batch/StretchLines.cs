namespace Sessionize.Engine.Batch;

/// <summary>What was met in a stretch beside good events. For one thread.</summary>
internal sealed class StretchLines
{
    private readonly List<BadLine> _bad = [];

    /// <summary>The lines so far.</summary>
    public long Count { get; set; }

    public IReadOnlyList<BadLine> Bad => _bad;

    /// <summary>Adds the line that comes after those counted.</summary>
    public void AddBad(long offset, BadEventReason reason, ReadOnlySpan<byte> start, long length) =>
        _bad.Add(new BadLine(Count, offset, reason, start[..Math.Min(start.Length, DeadLetter.MaxRawBytes)].ToArray(), length));
}
