using System.Buffers;

namespace Sessionize.State;

/// <summary>Takes a version's content, behind what stands before it in the file. Closing it leaves the buffer as it is.</summary>
internal sealed class StateContentStream(ArrayBufferWriter<byte> file) : Stream
{
    private readonly int _start = file.WrittenCount;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => file.WrittenCount - _start;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException("The content is written from its beginning to its end.");
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // Asked for at once: what is written is mostly the whole content, and the buffer would grow to it step by step.
        buffer.CopyTo(file.GetSpan(buffer.Length));
        file.Advance(buffer.Length);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The content is only written.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The content is written from its beginning to its end.");

    public override void SetLength(long value) => throw new NotSupportedException("The content is written from its beginning to its end.");
}
