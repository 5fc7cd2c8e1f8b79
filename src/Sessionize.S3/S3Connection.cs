using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;

namespace Sessionize.S3;

/// <summary>The client, made at its first use: making it and its first request cost half a second.</summary>
internal sealed class S3Connection : IDisposable
{
    private const string RegionOfOthers = "us-east-1";

    private readonly Lazy<AmazonS3Client> _client;
    private readonly VendedCredentials? _vended;

    public S3Connection(
        S3Settings settings, Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>>? refresh, TimeProvider clock)
    {
        Settings = settings;
        Server = settings.Endpoint is { } endpoint ? $"S3 at {endpoint.GetLeftPart(UriPartial.Authority)}" : "S3";
        _vended = refresh is null ? null : new VendedCredentials(settings, refresh, clock, () => DefaultAWSCredentialsIdentityResolver.GetCredentials());
        _client = new Lazy<AmazonS3Client>(Connect);
    }

    /// <summary>The settings.</summary>
    public S3Settings Settings { get; }

    /// <summary>The server, as messages name it.</summary>
    public string Server { get; }

    /// <summary>Sends a request; one that is refused because credentials have expired is sent again with new ones.</summary>
    public async Task<T> SendAsync<T>(Func<IAmazonS3, Task<T>> send)
    {
        ImmutableCredentials? used = _vended is null ? null : await _vended.GetCredentialsAsync().ConfigureAwait(false);
        try
        {
            return await send(_client.Value).ConfigureAwait(false);
        }
        catch (AmazonS3Exception failure) when (_vended is not null && S3Failure.IsExpired(failure))
        {
            _vended.Expire(used);
            return await send(_client.Value).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }

        _vended?.Dispose();
    }

    private AmazonS3Client Connect()
    {
        AmazonS3Config config = new()
        {
            ForcePathStyle = Settings.IsPathStyle,
            MaxErrorRetry = Settings.Retries,
            RetryMode = RequestRetryMode.Standard,
            Timeout = Settings.RequestTimeout,
            RequestChecksumCalculation = Settings.HasChecksums ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = Settings.HasChecksums ? ResponseChecksumValidation.WHEN_SUPPORTED : ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (Settings.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = Settings.Region ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? RegionOfOthers;
        }
        else if (Settings.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return _vended is not null ? new AmazonS3Client(_vended, config)
            : Settings.AccessKeyId is null ? new AmazonS3Client(config)
            : Settings.SessionToken is null ? new AmazonS3Client(new BasicAWSCredentials(Settings.AccessKeyId, Settings.SecretAccessKey), config)
            : new AmazonS3Client(new SessionAWSCredentials(Settings.AccessKeyId, Settings.SecretAccessKey, Settings.SessionToken), config);
    }
}
