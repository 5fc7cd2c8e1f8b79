using System.Globalization;
using System.Security;
using System.Text;
using System.Xml.Linq;

namespace Sessionize.S3.Tests.Support;

/// <summary>What is asked of a bucket: its objects as a list, and that some of them go.</summary>
internal sealed partial class FaultyS3
{
    private static readonly XNamespace s_space = "http://s3.amazonaws.com/doc/2006-03-01/";

    private Reply List(string bucket, string prefix)
    {
        StringBuilder contents = new();
        string beginning = $"{bucket.TrimEnd('/')}/";
        foreach ((string name, byte[] content) in Objects.Where(found => found.Key.StartsWith(beginning + prefix, StringComparison.Ordinal)).OrderBy(found => found.Key, StringComparer.Ordinal))
        {
            contents.Append(
                CultureInfo.InvariantCulture,
                $"<Contents><Key>{SecurityElement.Escape(name[beginning.Length..])}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>{content.Length}</Size></Contents>");
        }

        return Xml($"<ListBucketResult xmlns=\"{s_space}\"><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>");
    }

    private Reply Delete(string name)
    {
        Objects.TryRemove(name, out _);
        return new Reply(204, []);
    }

    private Reply DeleteMany(string bucket, byte[] body)
    {
        StringBuilder errors = new();
        foreach (string key in XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants(s_space + "Key").Select(element => element.Value))
        {
            if (Undeletable.Contains(key))
            {
                errors.Append(CultureInfo.InvariantCulture, $"<Error><Key>{key}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
            }
            else
            {
                Objects.TryRemove($"{bucket.TrimEnd('/')}/{key}", out _);
            }
        }

        return Xml($"<DeleteResult xmlns=\"{s_space}\">{errors}</DeleteResult>");
    }
}
