namespace Sessionize.Engine.Batch;

/// <summary>An event in 16 bytes: time and page, position and user. What is written and read for every event is as short as can be.</summary>
/// <remarks>
/// It has no event id: where two events' order hangs on it, the id is read again from the file at the position. So an event is narrow when
/// its source can be read again, no rule reads the id or further fields, and its numbers fit.
/// </remarks>
internal readonly struct NarrowEvent(long timestampMs, int page, long position, int user)
{
    private const int PageBits = 64 - TimeBits;
    private const int TimeBits = 43;
    private const int UserBits = 24;

    /// <summary>The first position that does not fit.</summary>
    public const long EndOfPositions = 1L << (64 - UserBits);

    private readonly ulong _timeAndPage = ((ulong)timestampMs << PageBits) | (uint)(page + 1);
    private readonly ulong _positionAndUser = ((ulong)position << UserBits) | (uint)user;

    public long TimestampMs => (long)(_timeAndPage >> PageBits);

    /// <summary>The page's number in the table of the thread that read the event, or -1.</summary>
    public int Page => (int)(_timeAndPage & ((1UL << PageBits) - 1)) - 1;

    /// <summary>Where the event's line starts, counted through all inputs.</summary>
    public long Position => (long)(_positionAndUser >> UserBits);

    /// <summary>The user's number among the cell's.</summary>
    public int User => (int)(_positionAndUser & ((1UL << UserBits) - 1));

    /// <summary>Whether numbers fit; a time that is in range does.</summary>
    public static bool Fits(int page, int user) => page + 1 < 1 << PageBits && user < 1 << UserBits;
}
