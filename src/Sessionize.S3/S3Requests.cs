using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace Sessionize.S3;

/// <summary>Requests that write.</summary>
internal static class S3Requests
{
    public static PutObjectRequest Put(S3Settings settings, S3Location place, ReadOnlyMemory<byte> content, bool mustBeNew)
    {
        PutObjectRequest request = new()
        {
            BucketName = place.Bucket,
            Key = place.Key,
            InputStream = Open(content),

            // In one piece: stores that only resemble S3 do not all know its chunks. The signature covers the content.
            UseChunkEncoding = false,
            ServerSideEncryptionMethod = Method(settings),
            ServerSideEncryptionKeyManagementServiceKeyId = settings.EncryptionKey,
        };
        if (mustBeNew)
        {
            request.IfNoneMatch = "*";
        }

        return request;
    }

    public static InitiateMultipartUploadRequest Initiate(S3Settings settings, S3Location place) => new()
    {
        BucketName = place.Bucket,
        Key = place.Key,
        ServerSideEncryptionMethod = Method(settings),
        ServerSideEncryptionKeyManagementServiceKeyId = settings.EncryptionKey,
    };

    public static UploadPartRequest Part(S3Location place, string uploadId, int number, ReadOnlyMemory<byte> content) => new()
    {
        BucketName = place.Bucket,
        Key = place.Key,
        UploadId = uploadId,
        PartNumber = number,
        PartSize = content.Length,
        InputStream = Open(content),
        UseChunkEncoding = false,
    };

    /// <summary>A stream of its own for each try: the client closes it.</summary>
    private static MemoryStream Open(ReadOnlyMemory<byte> content) => MemoryMarshal.TryGetArray(content, out ArraySegment<byte> bytes)
        ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
        : new MemoryStream(content.ToArray(), writable: false);

    private static ServerSideEncryptionMethod? Method(S3Settings settings) => settings.Encryption switch
    {
        "s3" => ServerSideEncryptionMethod.AES256,
        "kms" => ServerSideEncryptionMethod.AWSKMS,
        _ => null,
    };
}
