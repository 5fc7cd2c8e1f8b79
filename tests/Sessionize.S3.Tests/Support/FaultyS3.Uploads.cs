using System.Globalization;

namespace Sessionize.S3.Tests.Support;

/// <summary>Uploads in parts.</summary>
internal sealed partial class FaultyS3
{
    private Reply Initiate()
    {
        string id = Guid.NewGuid().ToString("N");
        _uploads[id] = [];
        return Xml($"<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
    }

    private Reply PutPart(string upload, HttpCall request)
    {
        if (!_uploads.TryGetValue(upload, out SortedDictionary<int, byte[]>? parts))
        {
            return Error(404, "NoSuchUpload");
        }

        parts[int.Parse(request.Query["partNumber"]!, CultureInfo.InvariantCulture)] = request.Body;
        return new Reply(200, []) { ETag = ETag(request.Body) };
    }

    private Reply Complete(string name, string upload)
    {
        if (!_uploads.TryRemove(upload, out SortedDictionary<int, byte[]>? parts))
        {
            return Error(404, "NoSuchUpload");
        }

        Objects[name] = [.. parts.Values.SelectMany(part => part)];
        return Xml($"<CompleteMultipartUploadResult><ETag>{ETag(Objects[name])}</ETag></CompleteMultipartUploadResult>");
    }
}
