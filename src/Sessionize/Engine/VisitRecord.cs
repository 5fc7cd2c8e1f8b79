using System.Runtime.InteropServices;

namespace Sessionize.Engine;

/// <summary>What an event of an open visit touches: one record a user, without references, beside its block of bytes (<see cref="VisitPacking"/>).</summary>
/// <remarks>
/// Times, deadlines and rules say of the first open session what a <see cref="VisitState"/> says that cannot be
/// had from the carried-over one and the events. In a crowded visit (<see cref="Crowd"/>) only due time, timer, marks and the user count.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct VisitRecord
{
    /// <summary>The size of a record: two lines of the processor's cache.</summary>
    public const int Bytes = 128;

    /// <summary>The watermark under which something is to be done: a session closes, an event is reached, or the user is forgotten.</summary>
    public long DueMs;

    /// <summary>When the timer looks at the visit; <see cref="long.MaxValue"/>: never.</summary>
    public long TimerMs;

    /// <summary>The times of the first and the last event, of any session.</summary>
    public long FirstMs;
    public long LastMs;
    public long LastPosition;

    public long VisitDeadlineMs;
    public long SessionDeadlineMs;
    public long FloorMs;

    /// <summary>The digest of the visit as it was written or read last; 0 when it never was. The sum over all visits is part of the lane's checksum.</summary>
    public ulong Digest;

    public uint Block;
    public int BlockBytes;

    /// <summary>The block begins with the user's id.</summary>
    public int UserBytes;
    public int LastAt;

    /// <summary>The end of the last event; the rest of the block is free.</summary>
    public int Used;

    /// <summary>The place of a crowded visit's object; -1 where the events are in the block.</summary>
    public int Crowd;

    public int TimerBefore;
    public int TimerAfter;

    public short VisitDeadlineRule;
    public short SessionDeadlineRule;
    public short VisitEndsRule;
    public short SessionEndsRule;

    /// <summary>The rule by which the event behind the first session starts another, where that is why it ends; else -1.</summary>
    public short StartsNewRule;

    public ushort Count;
    public ushort FirstLength;
    public FloorKind FloorKind;
    public VisitMarks Marks;

    public readonly bool Has(VisitMarks mark) => (Marks & mark) != 0;
}
