namespace Sessionize.Engine;

/// <summary>What is so or not so of a <see cref="VisitRecord"/>.</summary>
[Flags]
internal enum VisitMarks : byte
{
    None = 0,

    /// <summary>The record is a user's; without it, it waits for one.</summary>
    InUse = 1,

    /// <summary>It changed since the last checkpoint.</summary>
    Dirty = 2,

    /// <summary>The timer's entry is in the wheel, not in the queue of what is due soon.</summary>
    InWheel = 4,

    /// <summary>A state is carried over from closed sessions.</summary>
    HasCarried = 8,

    /// <summary>The first event starts a visit, not the next session of the carried-over one.</summary>
    StartsVisit = 16,
}
