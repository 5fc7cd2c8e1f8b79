using Amazon.S3;
using Amazon.S3.Model;
using Sessionize.Storage;

namespace Sessionize.S3;

/// <summary>Writes an object: a small one in one request, a large one in parts, of which several are under way at once.</summary>
/// <remarks>Memory: a part for each that is under way, and one that is being filled.</remarks>
internal sealed class S3Writer(S3Connection connection, string location) : StorageWriter
{
    private const int PartsAtOnce = 4;

    private readonly S3Location _place = S3Location.Parse(location);
    private readonly CancellationTokenSource _given = new();
    private readonly List<Task<PartETag>> _parts = [];
    private S3WriteStream? _stream;
    private string? _uploadId;
    private long _length;
    private bool _isCompleted;

    public override Stream Stream => _stream ??= new S3WriteStream(this, connection.Settings.PartBytes, connection.Settings.ThresholdBytes);

    /// <summary>Takes a full part; waits while as many as may be are under way.</summary>
    public async ValueTask AddPartAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            _uploadId ??= (await connection.SendAsync(
                client => client.InitiateMultipartUploadAsync(S3Requests.Initiate(connection.Settings, _place), cancellationToken)).ConfigureAwait(false)).UploadId;
            while (_parts.Count(part => !part.IsCompleted) >= PartsAtOnce)
            {
                await Task.WhenAny(_parts.Where(part => !part.IsCompleted)).WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_parts.Find(part => part.IsFaulted) is { } failed)
            {
                await failed.ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (S3Failure.IsFailure(failure, cancellationToken))
        {
            throw Failed(failure);
        }

        _length += content.Length;
        _parts.Add(UploadAsync(_parts.Count + 1, content));
    }

    public override async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException($"The object '{location}' was completed before.");
        }

        ReadOnlyMemory<byte> rest = _stream?.Close() ?? ReadOnlyMemory<byte>.Empty;
        if (_uploadId is not null && rest.Length > 0)
        {
            await AddPartAsync(rest, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            if (_uploadId is null)
            {
                await connection.SendAsync(
                    client => client.PutObjectAsync(S3Requests.Put(connection.Settings, _place, rest, mustBeNew: false), cancellationToken)).ConfigureAwait(false);
            }
            else
            {
                PartETag[] parts = await Task.WhenAll(_parts).WaitAsync(cancellationToken).ConfigureAwait(false);
                await CompletePartsAsync(parts, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (S3Failure.IsFailure(failure, cancellationToken))
        {
            throw Failed(failure);
        }

        _isCompleted = true;
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_isCompleted)
        {
            await _given.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            await Task.WhenAll(_parts).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException || S3Failure.IsFailure(failure, CancellationToken.None))
        {
            // Whoever wrote was told; a part that was given up has to be over before the upload is.
        }

        if (!_isCompleted && _uploadId is { } id)
        {
            _uploadId = null;
            try
            {
                await connection.SendAsync(client => client.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest { BucketName = _place.Bucket, Key = _place.Key, UploadId = id })).ConfigureAwait(false);
            }
            catch (Exception failure) when (S3Failure.IsFailure(failure, CancellationToken.None))
            {
                // Parts without an object stay; nobody reads them, and a lifecycle rule of the bucket removes them.
            }
        }

        _given.Dispose();
    }

    private async Task<PartETag> UploadAsync(int number, ReadOnlyMemory<byte> content)
    {
        string id = _uploadId!;
        UploadPartResponse answer = await connection.SendAsync(
            client => client.UploadPartAsync(S3Requests.Part(_place, id, number, content), _given.Token)).ConfigureAwait(false);
        return new PartETag(number, answer.ETag);
    }

    private async Task CompletePartsAsync(PartETag[] parts, CancellationToken cancellationToken)
    {
        CompleteMultipartUploadRequest request = new() { BucketName = _place.Bucket, Key = _place.Key, UploadId = _uploadId, PartETags = [.. parts] };
        try
        {
            await connection.SendAsync(client => client.CompleteMultipartUploadAsync(request, cancellationToken)).ConfigureAwait(false);
        }
        catch (AmazonS3Exception failure) when (failure.ErrorCode == "NoSuchUpload")
        {
            // A first answer was lost, so the client sent it again, and the upload is over. Nobody else writes this name.
            GetObjectMetadataResponse found = await connection.SendAsync(client => client.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = _place.Bucket, Key = _place.Key }, cancellationToken)).ConfigureAwait(false);
            if (found.ContentLength != _length)
            {
                throw;
            }
        }
    }

    private SessionizeException Failed(Exception failure) => S3Failure.Of("write", location, connection.Server, failure);
}
