using System.Collections.Concurrent;

namespace Sessionize.Parquet.Columns;

/// <summary>Pieces of memory of one size, used again. Thread-safe.</summary>
/// <remarks>Encoded row groups lie in such pieces, so that none of them grows by copying and the next one takes the memory of the last.</remarks>
internal sealed class SegmentPool
{
    public const int SegmentBytes = 256 * 1024;

    private readonly ConcurrentBag<byte[]> _free = [];

    public byte[] Take() => _free.TryTake(out byte[]? segment) ? segment : GC.AllocateUninitializedArray<byte>(SegmentBytes);

    public void Return(byte[] segment) => _free.Add(segment);
}
