using Sessionize.Storage;

namespace Sessionize.Iceberg.Reading;

/// <summary>Places of files as different writers spell them: <c>file:/t</c>, <c>file:///t</c> and <c>/t</c> are one, <c>s3a://b</c> and <c>s3://b</c>, too.</summary>
internal static class FilePlace
{
    /// <summary>The one spelling by which places are compared. What is no place stays as it is.</summary>
    public static string Normal(string place)
    {
        try
        {
            return FileLocations.Normalise(place);
        }
        catch (ArgumentException)
        {
            return place;
        }
    }

    /// <summary>Whether two places are one.</summary>
    public static bool AreSame(string left, string right) => left == right || Normal(left) == Normal(right);
}
