namespace Sessionize.Engine.Batch;

/// <summary>What was met in a stretch beside good events, since it was last handed in. For one thread.</summary>
internal sealed class StretchLines
{
    // Of a bad line and the dead letter that is made of it, beside the line's own bytes.
    private const int BytesABadLine = 200;

    private readonly List<BadLine> _bad = [];

    /// <summary>The lines so far.</summary>
    public long Count { get; set; }

    public IReadOnlyList<BadLine> Bad => _bad;

    /// <summary>About how much memory the bad lines take.</summary>
    public long BadBytes { get; private set; }

    /// <summary>Adds the line that comes after those counted.</summary>
    public void AddBad(long offset, BadEventReason reason, ReadOnlySpan<byte> start, long length)
    {
        byte[] raw = start[..Math.Min(start.Length, DeadLetter.MaxRawBytes)].ToArray();
        _bad.Add(new BadLine(Count, offset, reason, raw, length));
        BadBytes += raw.Length + BytesABadLine;
    }

    /// <summary>Begins anew with the line that comes next.</summary>
    public void Clear()
    {
        _bad.Clear();
        Count = 0;
        BadBytes = 0;
    }
}
