using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Sessionize.Storage;

namespace Sessionize.S3;

/// <summary>Objects of S3, or of a store that speaks its protocol.</summary>
/// <remarks>
/// <para>Settings have Iceberg's standard names, such as <c>s3.endpoint</c>; the package's README lists them. Without keys the credentials are those that
/// AWS tools find. Nothing is connected to before the first call.</para>
/// <para>Requests that fail for a while are tried again with increasing pauses before a call throws; <see cref="SessionizeException.IsTransient"/> then says whether the same call may succeed later. Safe for use by several threads.</para>
/// </remarks>
public sealed class S3FileStorage : IProbedFileStorage
{
    private const int Attempts = 10;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly S3Connection _connection;
    private readonly TimeProvider _clock;

    /// <summary>Creates a storage; nothing is connected to yet.</summary>
    /// <param name="properties">Settings by their standard names; others are passed over.</param>
    /// <param name="refresh">Asks for the settings anew, when credentials among them expire; <see langword="null"/>: they do not.</param>
    /// <param name="clock">Tells when credentials expire; the system's clock, if none is given.</param>
    /// <exception cref="ArgumentException">A setting has a value that cannot be used.</exception>
    public S3FileStorage(
        IReadOnlyDictionary<string, string> properties,
        Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>>? refresh = null,
        TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(properties);
        _clock = clock ?? TimeProvider.System;
        _connection = new S3Connection(S3Settings.Read(properties), refresh, _clock);
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken) =>
        await S3ReadStream.OpenAsync(_connection, location, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken)
    {
        S3Location place = S3Location.Parse(location);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using GetObjectResponse answer = await _connection.SendAsync(
                    client => client.GetObjectAsync(new GetObjectRequest { BucketName = place.Bucket, Key = place.Key }, cancellationToken)).ConfigureAwait(false);
                byte[] content = new byte[answer.ContentLength];
                await answer.ResponseStream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
                return content;
            }
            catch (AmazonS3Exception failure) when (S3Failure.IsMissing(failure))
            {
                return null;
            }
            catch (Exception failure) when (S3Failure.IsBroken(failure) && attempt <= _connection.Settings.Retries)
            {
                await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (S3Failure.IsFailure(failure, cancellationToken))
            {
                throw Failed("read", location, failure);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new S3Writer(_connection, location));
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await PutAsync(location, content, mustBeNew: true, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (AmazonS3Exception failure) when (S3Failure.IsTaken(failure))
            {
                // By another; or by this call, whose first answer was lost, so that the client sent it again.
                if (await TryReadAsync(location, cancellationToken).ConfigureAwait(false) is { } existing)
                {
                    return existing.Span.SequenceEqual(content.Span);
                }

                if (attempt >= Attempts)
                {
                    throw new SessionizeException($"The object '{location}' comes and goes. Find out who else writes there.", failure, isTransient: true);
                }
            }
            catch (AmazonS3Exception failure) when (S3Failure.IsRaced(failure) && attempt < Attempts)
            {
                await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (S3Failure.IsFailure(failure, cancellationToken))
            {
                throw Failed("write", location, failure);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            await PutAsync(location, content, mustBeNew: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (S3Failure.IsFailure(failure, cancellationToken))
        {
            throw Failed("write", location, failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(locations);
        SessionizeException? first = null;
        foreach (IGrouping<string, S3Location> bucket in locations.Select(S3Location.Parse).GroupBy(place => place.Bucket))
        {
            foreach (S3Location[] batch in bucket.Chunk(_connection.Settings.DeleteBatch))
            {
                try
                {
                    await DeleteBatchAsync(bucket.Key, batch, cancellationToken).ConfigureAwait(false);
                }
                catch (DeleteObjectsException failure) when (failure.Response?.DeleteErrors is { Count: > 0 } errors)
                {
                    first ??= errors.FirstOrDefault(error => error.Code != "NoSuchKey") is { } error
                        ? new SessionizeException(
                            $"Cannot delete 's3://{bucket.Key}/{error.Key}' and {errors.Count - 1} others: {_connection.Server} answered {error.Code}, "
                                + $"{error.Message}. Give permission to delete there.",
                            failure,
                            error.Code is "InternalError" or "SlowDown" or "ServiceUnavailable")
                        : null;
                }
                catch (Exception failure) when (S3Failure.IsFailure(failure, cancellationToken))
                {
                    first ??= Failed("delete", $"s3://{bucket.Key}/{batch[0].Key}", failure);
                }
            }
        }

        if (first is not null)
        {
            throw first;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        S3Location place = S3Location.Parse(folder);
        string prefix = place.Key.Length == 0 || place.Key.EndsWith('/') ? place.Key : place.Key + '/';
        string beginning = folder.EndsWith('/') ? folder : folder + '/';
        ListObjectsV2Request request = new() { BucketName = place.Bucket, Prefix = prefix };
        ListObjectsV2Response page;
        do
        {
            try
            {
                page = await _connection.SendAsync(client => client.ListObjectsV2Async(request, cancellationToken)).ConfigureAwait(false);
            }
            catch (Exception failure) when (S3Failure.IsFailure(failure, cancellationToken))
            {
                throw Failed("list", folder, failure);
            }

            foreach (S3Object found in page.S3Objects ?? [])
            {
                // Some tools make an empty object of a folder's name.
                if (!found.Key.EndsWith('/'))
                {
                    yield return new StoredFile(beginning + found.Key[prefix.Length..], found.Size ?? 0, found.LastModified?.ToUniversalTime() ?? default(DateTimeOffset));
                }
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    /// <inheritdoc/>
    public async ValueTask ProbeConditionalWritesAsync(string folder, CancellationToken cancellationToken)
    {
        string location = FileLocations.Join(folder, $".sessionize-probe-{Guid.NewGuid():N}");
        bool isKept;
        try
        {
            isKept = await TryPutTwiceAsync(location, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception failure) when (S3Failure.IsNotImplemented(failure))
        {
            isKept = false;
        }
        catch (Exception failure) when (S3Failure.IsFailure(failure, cancellationToken))
        {
            throw Failed("write", location, failure);
        }

        try
        {
            await DeleteAsync([location], CancellationToken.None).ConfigureAwait(false);
        }
        catch (SessionizeException) when (!isKept)
        {
            // The other finding matters more.
        }

        if (!isKept)
        {
            throw new SessionizeException(
                $"{_connection.Server} does not keep conditional writes (If-None-Match): of two that commit at once both would succeed, and one commit would be lost. "
                    + $"For tables in '{folder[..(folder.LastIndexOf('/') is > 5 and int slash ? slash : folder.Length)]}' take a SQL or REST catalog, or another store.");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> TryPutTwiceAsync(string location, CancellationToken cancellationToken)
    {
        if (!await TryCreateRawAsync("1"u8.ToArray()).ConfigureAwait(false))
        {
            return false;
        }

        return !await TryCreateRawAsync("2"u8.ToArray()).ConfigureAwait(false);

        async Task<bool> TryCreateRawAsync(byte[] content)
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    await PutAsync(location, content, mustBeNew: true, cancellationToken).ConfigureAwait(false);
                    return true;
                }
                catch (AmazonS3Exception failure) when (S3Failure.IsTaken(failure))
                {
                    // The first, too, is taken when its answer was lost; then its content is there.
                    return await TryReadAsync(location, cancellationToken).ConfigureAwait(false) is { } existing && existing.Span.SequenceEqual(content);
                }
                catch (AmazonS3Exception failure) when (S3Failure.IsRaced(failure) && attempt < Attempts)
                {
                    await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task PutAsync(string location, ReadOnlyMemory<byte> content, bool mustBeNew, CancellationToken cancellationToken)
    {
        S3Location place = S3Location.Parse(location);
        await _connection.SendAsync(client => client.PutObjectAsync(S3Requests.Put(_connection.Settings, place, content, mustBeNew), cancellationToken)).ConfigureAwait(false);
    }

    private Task DeleteBatchAsync(string bucket, S3Location[] batch, CancellationToken cancellationToken) => batch.Length == 1
        ? _connection.SendAsync(client => client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket, Key = batch[0].Key }, cancellationToken))
        : _connection.SendAsync(client => client.DeleteObjectsAsync(
            new DeleteObjectsRequest { BucketName = bucket, Quiet = true, Objects = [.. batch.Select(place => new KeyVersion { Key = place.Key })] }, cancellationToken));

    private Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(s_pause * Math.Pow(2, Math.Min(attempt, 6)) * (0.5 + Random.Shared.NextDouble()), _clock, cancellationToken);

    private SessionizeException Failed(string action, string location, Exception failure) => S3Failure.Of(action, location, _connection.Server, failure);
}
