namespace Sessionize.Engine.Batch;

/// <summary>A line that is no event.</summary>
/// <param name="Line">Its number in its stretch, from 0.</param>
/// <param name="Offset">Where it starts in the input.</param>
/// <param name="Reason">Why it is bad.</param>
/// <param name="Raw">Its first bytes.</param>
/// <param name="Length">How many bytes it has.</param>
internal readonly record struct BadLine(long Line, long Offset, BadEventReason Reason, byte[] Raw, long Length);
