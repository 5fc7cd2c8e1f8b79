namespace Sessionize.State;

/// <summary>A version that is kept, as a later one's file names it.</summary>
/// <param name="Version">The version.</param>
/// <param name="BasedOn">What it is a delta to; such a version is kept as well, and named before.</param>
/// <param name="IsConfirmed">Whether it is one of the newest confirmed ones; otherwise one of those is based on it.</param>
internal sealed record KeptVersion(StateVersion Version, StateVersion? BasedOn, bool IsConfirmed);
