namespace Sessionize.Sources.Files;

/// <summary>A part of the input that one thread reads: a stretch of a file, or a block of an input that only one thread can decode.</summary>
/// <param name="Number">The stretch's number through all inputs, in their order, from 0.</param>
/// <param name="Partition">The input's rank.</param>
/// <param name="Block">The block, to be given back; <see langword="null"/> for a stretch of a file.</param>
/// <param name="Start">Where the stretch starts in the file.</param>
/// <param name="End">Where it ends; lines that start before it are the stretch's.</param>
internal sealed record LineStretch(long Number, int Partition, LineBlock? Block, long Start = 0, long End = 0);
