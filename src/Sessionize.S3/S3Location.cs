using Sessionize.Storage;

namespace Sessionize.S3;

/// <summary>An object, or the beginning of several objects' names.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The name in it; of a folder without a slash at the end.</param>
internal readonly record struct S3Location(string Bucket, string Key)
{
    /// <summary>Reads <c>s3://bucket/key</c>; the key is taken as it is, without decoding.</summary>
    /// <exception cref="ArgumentException">It is no location of S3, or has no bucket.</exception>
    public static S3Location Parse(string location)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        int start = location.IndexOf("://", StringComparison.Ordinal) + 3;
        if (!FileLocations.IsS3(location) || start < 3)
        {
            throw new ArgumentException($"'{location}' is no location of S3: write s3://BUCKET/KEY.", nameof(location));
        }

        int slash = location.IndexOf('/', start);
        string bucket = slash < 0 ? location[start..] : location[start..slash];
        return bucket.Length > 0
            ? new S3Location(bucket, slash < 0 ? "" : location[(slash + 1)..])
            : throw new ArgumentException($"'{location}' has no bucket: write s3://BUCKET/KEY.", nameof(location));
    }
}
