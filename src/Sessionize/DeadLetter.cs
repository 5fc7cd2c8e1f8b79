namespace Sessionize;

/// <summary>A record that did not become part of a session: bad, or late.</summary>
/// <remarks>Delivered at least once; <see cref="Source"/>, <see cref="Position"/> and <see cref="Reason"/> identify it.</remarks>
/// <param name="Source">The file, or the source partition, that the record came from.</param>
/// <param name="Position">The line, from 1, in a file; the offset in a partition.</param>
/// <param name="ByteOffset">Where the record starts in the (decompressed) file; <see langword="null"/> elsewhere.</param>
/// <param name="Reason">The name of a <see cref="BadEventReason"/>, or <see cref="LateReason"/>.</param>
/// <param name="Raw">The record's bytes, at most <see cref="MaxRawBytes"/> of them.</param>
/// <param name="RawTruncated">Whether bytes were cut off.</param>
public sealed record DeadLetter(string Source, long Position, long? ByteOffset, string Reason, ReadOnlyMemory<byte> Raw, bool RawTruncated)
{
    /// <summary>The reason of a late event.</summary>
    public const string LateReason = "Late";

    /// <summary>How many bytes of a record are kept: 64 KiB.</summary>
    public const int MaxRawBytes = 64 * 1024;
}
