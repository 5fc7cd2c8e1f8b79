using System.Globalization;

namespace Sessionize.S3;

/// <summary>The settings, by Iceberg's standard names, checked.</summary>
internal sealed record S3Settings
{
    private const string ExpiryName = "s3.session-token-expires-at-ms";
    private const int LeastPartBytes = 5 * 1024 * 1024;
    private const int MostPartBytes = 1024 * 1024 * 1024;
    private const int MostDeleted = 1000;

    /// <summary>The server; none: Amazon's.</summary>
    public Uri? Endpoint { get; private init; }

    /// <summary>Who asks; none: as AWS tools find it.</summary>
    public string? AccessKeyId { get; private init; }

    /// <summary>The secret of it.</summary>
    public string? SecretAccessKey { get; private init; }

    /// <summary>Of credentials that expire.</summary>
    public string? SessionToken { get; private init; }

    /// <summary>When they expire; none: they do not, or it is not known.</summary>
    public DateTimeOffset? ExpiresAt { get; private init; }

    /// <summary>The region; none: as AWS tools find it.</summary>
    public string? Region { get; private init; }

    /// <summary>Whether the bucket is in the path.</summary>
    public bool IsPathStyle { get; private init; }

    /// <summary>The size of a part of a large file.</summary>
    public int PartBytes { get; private init; } = 8 * 1024 * 1024;

    /// <summary>The size above which a file goes up in parts.</summary>
    public long ThresholdBytes { get; private init; }

    /// <summary>Whether checksums beside those of the signature are sent and looked at.</summary>
    public bool HasChecksums { get; private init; }

    /// <summary>How many objects a request deletes.</summary>
    public int DeleteBatch { get; private init; } = MostDeleted;

    /// <summary>Encryption by the server: <c>none</c>, <c>s3</c> or <c>kms</c>.</summary>
    public string Encryption { get; private init; } = "none";

    /// <summary>The id of the key for it.</summary>
    public string? EncryptionKey { get; private init; }

    /// <summary>How long a request may take.</summary>
    public TimeSpan RequestTimeout { get; private init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a request that failed is tried again.</summary>
    public int Retries { get; private init; } = 5;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ArgumentException">One has a value that cannot be used.</exception>
    public static S3Settings Read(IReadOnlyDictionary<string, string> properties)
    {
        S3Settings defaults = new();
        int partBytes = Integer("s3.multipart.part-size-bytes", defaults.PartBytes, LeastPartBytes, MostPartBytes);
        string? key = Text("s3.access-key-id");
        string? secret = Text("s3.secret-access-key");
        if (key is null != secret is null)
        {
            throw new ArgumentException(
                $"'{(key is null ? "s3.secret-access-key" : "s3.access-key-id")}' is set without '{(key is null ? "s3.access-key-id" : "s3.secret-access-key")}': "
                    + "set both, or neither to use the credentials that AWS tools find.");
        }

        if (key is null && Truth("s3.remote-signing-enabled"))
        {
            throw new ArgumentException(
                "'s3.remote-signing-enabled' is 'true', and requests are not signed by a server here: let the catalog vend credentials, or set 's3.access-key-id'.");
        }

        return new S3Settings
        {
            Endpoint = Text("s3.endpoint") is { } endpoint ? Url("s3.endpoint", endpoint) : null,
            AccessKeyId = key,
            SecretAccessKey = secret,
            SessionToken = Text("s3.session-token"),
            ExpiresAt = Text(ExpiryName) is { } expiry ? Time(ExpiryName, expiry) : null,
            Region = Text("client.region") ?? Text("s3.region"),
            IsPathStyle = Truth("s3.path-style-access"),
            PartBytes = partBytes,
            ThresholdBytes = (long)(partBytes * Number("s3.multipart.threshold", 1.5, 1, 100)),
            HasChecksums = Truth("s3.checksum-enabled"),
            DeleteBatch = Integer("s3.delete.batch-size", MostDeleted, 1, MostDeleted),
            Encryption = Text("s3.sse.type")?.ToLowerInvariant() switch
            {
                null or "none" => "none",
                "s3" => "s3",
                "kms" => "kms",
                { } type => throw Refused("s3.sse.type", type, "'none', 's3' or 'kms'"),
            },
            EncryptionKey = Text("s3.sse.key"),
            RequestTimeout = TimeSpan.FromSeconds(Number("s3.request-timeout", defaults.RequestTimeout.TotalSeconds, 0.1, 86_400)),
            Retries = Integer("s3.retry.num-retries", defaults.Retries, 0, 100),
        };

        string? Text(string name) => properties.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

        bool Truth(string name) => Text(name)?.ToLowerInvariant() switch
        {
            null or "false" => false,
            "true" => true,
            { } value => throw Refused(name, value, "'true' or 'false'"),
        };

        int Integer(string name, int normal, int least, int most) => Text(name) is not { } value ? normal
            : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most ? number
            : throw Refused(name, value, $"a whole number from {least} to {most}");

        double Number(string name, double normal, double least, double most) => Text(name) is not { } value ? normal
            : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= least && number <= most ? number
            : throw Refused(name, value, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
    }

    private static Uri Url(string name, string value) =>
        !Uri.TryCreate(value, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https")
            ? throw Refused(name, value.Contains('@', StringComparison.Ordinal) ? "***" : value, "a URL such as https://host:9000")
            : url.UserInfo.Length == 0 ? url : throw new ArgumentException(
                $"The setting '{name}' has a user or password before '@{url.Host}': leave them out, and set 's3.access-key-id' and 's3.secret-access-key'.");

    private static DateTimeOffset Time(string name, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long time) && time <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(time)
            : throw Refused(name, value, "milliseconds since the Unix epoch");

    private static ArgumentException Refused(string name, string value, string expected) => new($"The setting '{name}' is '{value}': set {expected}.");
}
