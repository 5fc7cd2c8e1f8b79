namespace Sessionize.Storage;

/// <summary>The bytes of a local file; says in a sentence what is wrong with the disk.</summary>
internal sealed class LocalWriteStream(AtomicFile file) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => file.Stream.Length;

    public override long Position
    {
        get => file.Stream.Position;
        set => throw new NotSupportedException("A file is written from its beginning to its end.");
    }

    public override void Flush()
    {
        try
        {
            file.Stream.Flush();
        }
        catch (IOException failure)
        {
            throw LocalFileStorage.Unwritable(file.Path, failure);
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await file.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw LocalFileStorage.Unwritable(file.Path, failure);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            file.Stream.Write(buffer);
        }
        catch (IOException failure)
        {
            throw LocalFileStorage.Unwritable(file.Path, failure);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await file.Stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw LocalFileStorage.Unwritable(file.Path, failure);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The file is only written.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A file is written from its beginning to its end.");

    public override void SetLength(long value) => throw new NotSupportedException("A file is written from its beginning to its end.");
}
