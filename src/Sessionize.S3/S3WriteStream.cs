namespace Sessionize.S3;

/// <summary>Collects the bytes of an object and gives them to the writer part by part.</summary>
internal sealed class S3WriteStream(S3Writer writer, int partBytes, long thresholdBytes) : Stream
{
    private readonly MemoryStream _first = new();
    private byte[]? _part;
    private int _count;
    private long _position;
    private bool _isClosed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _position;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("An object is written from its beginning to its end.");
    }

    /// <summary>Ends the writing.</summary>
    /// <returns>What was not given to the writer yet.</returns>
    public new ReadOnlyMemory<byte> Close()
    {
        _isClosed = true;
        return _part is null ? _first.GetBuffer().AsMemory(0, (int)_first.Length) : _part.AsMemory(0, _count);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        _position += buffer.Length;
        if (_part is null)
        {
            if (_first.Length + buffer.Length <= thresholdBytes)
            {
                _first.Write(buffer.Span);
                return;
            }

            // It is a large one after all.
            ReadOnlyMemory<byte> begun = _first.GetBuffer().AsMemory(0, (int)_first.Length);
            _part = new byte[partBytes];
            await AddAsync(begun, cancellationToken).ConfigureAwait(false);
        }

        await AddAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(ReadOnlySpan<byte> buffer) => WriteAsync(buffer.ToArray()).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
        // Nothing can be seen before the object is complete.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The object is only written.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("An object is written from its beginning to its end.");

    public override void SetLength(long value) => throw new NotSupportedException("An object is written from its beginning to its end.");

    private async ValueTask AddAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            int taken = Math.Min(bytes.Length, partBytes - _count);
            bytes[..taken].CopyTo(_part.AsMemory(_count));
            _count += taken;
            bytes = bytes[taken..];
            if (_count == partBytes)
            {
                byte[] full = _part!;
                (_part, _count) = (new byte[partBytes], 0);
                await writer.AddPartAsync(full, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
