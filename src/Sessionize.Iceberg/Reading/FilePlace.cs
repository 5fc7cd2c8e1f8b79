namespace Sessionize.Iceberg.Reading;

/// <summary>Places of files as different writers spell them: <c>file:/t</c>, <c>file:///t</c> and <c>/t</c> are one, <c>s3a://b</c> and <c>s3://b</c>, too.</summary>
internal static class FilePlace
{
    /// <summary>The one spelling by which places are compared.</summary>
    public static string Normal(string place)
    {
        if (place.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            ReadOnlySpan<char> path = place.AsSpan("file:".Length).TrimStart('/');
            return string.Concat("/", path);
        }

        return place.StartsWith("s3a://", StringComparison.Ordinal) || place.StartsWith("s3n://", StringComparison.Ordinal)
            ? string.Concat("s3", place.AsSpan(3))
            : place;
    }

    /// <summary>Whether two places are one.</summary>
    public static bool AreSame(string left, string right) => left == right || Normal(left) == Normal(right);
}
