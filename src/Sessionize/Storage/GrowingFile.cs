namespace Sessionize.Storage;

/// <summary>The bytes of a local file that is written from its beginning or its end on; a file that may not grow is an <see cref="IOException"/>.</summary>
/// <remarks>
/// The class library has an <see cref="ArgumentOutOfRangeException"/> for a file that is as large as the file system or the limit of the process
/// allows: whoever writes would take it for a mistake in the program. Not thread-safe.
/// </remarks>
internal sealed class GrowingFile(FileStream file) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => file.CanWrite;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => throw new NotSupportedException("The file is written in order.");
    }

    /// <summary>The failure that the class library's exception stands for.</summary>
    public static IOException TooLarge(ArgumentOutOfRangeException failure) => new("The file may not be any larger", failure);

    public override void Flush() => Flush(toDisk: false);

    /// <summary>Hands the bytes to the system.</summary>
    /// <param name="toDisk">Whether to wait until they are durable.</param>
    public void Flush(bool toDisk)
    {
        try
        {
            file.Flush(toDisk);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw TooLarge(failure);
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw TooLarge(failure);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            file.Write(buffer);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw TooLarge(failure);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await file.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw TooLarge(failure);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The file is only written.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The file is written in order.");

    public override void SetLength(long value) => throw new NotSupportedException("The file is written in order.");

    public override async ValueTask DisposeAsync()
    {
        try
        {
            // Bytes that are still held are written.
            await file.DisposeAsync().ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw TooLarge(failure);
        }
    }

    protected override void Dispose(bool disposing)
    {
        try
        {
            file.Dispose();
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw TooLarge(failure);
        }

        base.Dispose(disposing);
    }
}
