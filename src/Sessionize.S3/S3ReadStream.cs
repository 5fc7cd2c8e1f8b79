using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Sessionize.S3;

/// <summary>Reads an object by ranges: its end first, where files have their indexes, and ahead where reading goes on.</summary>
/// <remarks>An object that is replaced meanwhile is noticed. Not thread-safe.</remarks>
internal sealed class S3ReadStream : Stream
{
    private const int TailBytes = 64 * 1024;
    private const int LeastAhead = 128 * 1024;
    private const int MostAhead = 8 * 1024 * 1024;

    private readonly S3Connection _connection;
    private readonly string _location;
    private readonly S3Location _place;
    private readonly string _version;
    private readonly byte[] _tail;
    private byte[] _window = [];
    private int _windowCount;
    private long _windowStart;
    private int _ahead = LeastAhead;
    private long _position;

    private S3ReadStream(S3Connection connection, string location, byte[] tail, long length, string version)
    {
        (_connection, _location, _place) = (connection, location, S3Location.Parse(location));
        (_tail, Length, _version) = (tail, length, version);
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>Opens an object; one request gives its length and its end, which is all of a small one.</summary>
    /// <exception cref="SessionizeException">There is no such object, or it cannot be read.</exception>
    public static async ValueTask<S3ReadStream> OpenAsync(S3Connection connection, string location, CancellationToken cancellationToken)
    {
        S3Location place = S3Location.Parse(location);
        GetObjectRequest request = new() { BucketName = place.Bucket, Key = place.Key, ByteRange = new ByteRange($"bytes=-{TailBytes}") };
        try
        {
            (byte[] tail, long length, string version) = await GetAsync(connection, request, [], cancellationToken).ConfigureAwait(false);
            return new S3ReadStream(connection, location, tail, length, version);
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // There is no last byte of an empty object.
            return new S3ReadStream(connection, location, [], 0, "");
        }
        catch (Exception failure) when (S3Failure.IsFailure(failure, cancellationToken))
        {
            throw S3Failure.Of("read", location, connection.Server, failure);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= Length)
        {
            return 0;
        }

        int taken = Take(buffer.Span);
        if (taken == 0)
        {
            await FillAsync(buffer.Length, cancellationToken).ConfigureAwait(false);
            taken = Take(buffer.Span);
        }

        _position += taken;
        return taken;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override int Read(Span<byte> buffer)
    {
        byte[] copy = new byte[buffer.Length];
        int taken = Read(copy, 0, copy.Length);
        copy.AsSpan(0, taken).CopyTo(buffer);
        return taken;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException("The object is only read.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The object is only read.");

    private int Take(Span<byte> buffer)
    {
        long tailStart = Length - _tail.Length;
        ReadOnlySpan<byte> source = _position >= tailStart ? _tail.AsSpan((int)(_position - tailStart))
            : _position >= _windowStart && _position < _windowStart + _windowCount ? _window.AsSpan((int)(_position - _windowStart), _windowCount - (int)(_position - _windowStart))
            : [];
        int taken = Math.Min(source.Length, buffer.Length);
        source[..taken].CopyTo(buffer);
        return taken;
    }

    /// <summary>Fetches what is wanted, and more the longer reading goes on without a jump.</summary>
    private async ValueTask FillAsync(int wanted, CancellationToken cancellationToken)
    {
        _ahead = _windowCount > 0 && _position == _windowStart + _windowCount ? Math.Min(_ahead * 2, MostAhead) : LeastAhead;
        long end = Math.Min(Length - _tail.Length, _position + Math.Max(Math.Min(wanted, MostAhead), _ahead));
        GetObjectRequest request = new()
        {
            BucketName = _place.Bucket,
            Key = _place.Key,
            ByteRange = new ByteRange(_position, end - 1),
            EtagToMatch = _version,
        };
        try
        {
            int count = (int)(end - _position);
            byte[] window = _window.Length >= count ? _window : new byte[count];
            _windowCount = 0;
            await GetAsync(_connection, request, window, cancellationToken).ConfigureAwait(false);
            (_window, _windowStart, _windowCount) = (window, _position, count);
        }
        catch (AmazonS3Exception failure) when (S3Failure.IsTaken(failure))
        {
            throw new SessionizeException($"The object '{_location}' was replaced while it was read. Read it again.", failure, isTransient: true);
        }
        catch (Exception failure) when (S3Failure.IsFailure(failure, cancellationToken))
        {
            throw S3Failure.Of("read", _location, _connection.Server, failure);
        }
    }

    /// <summary>Fetches a range; an answer that breaks off behind its beginning is asked for again, which the client itself does not do.</summary>
    private static async Task<(byte[] Bytes, long Length, string Version)> GetAsync(
        S3Connection connection, GetObjectRequest request, byte[] into, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using GetObjectResponse answer = await connection.SendAsync(client => client.GetObjectAsync(request, cancellationToken)).ConfigureAwait(false);
                int count = checked((int)answer.ContentLength);
                byte[] bytes = into.Length >= count ? into : new byte[count];
                await answer.ResponseStream.ReadExactlyAsync(bytes.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                string? range = answer.ContentRange;
                long length = range is not null && long.TryParse(range.AsSpan(range.IndexOf('/', StringComparison.Ordinal) + 1), out long all) ? all : count;
                return (bytes, length, answer.ETag);
            }
            catch (IOException) when (attempt <= connection.Settings.Retries)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
