namespace Sessionize.Engine.Batch;

/// <summary>Where events of a cell stand in a <see cref="SpillFile"/>.</summary>
internal readonly record struct SpillExtent(long Offset, int Length);
