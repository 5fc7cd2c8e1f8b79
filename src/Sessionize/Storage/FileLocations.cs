namespace Sessionize.Storage;

/// <summary>Locations as text: their schemes, parts, and which of them name one place.</summary>
/// <remarks>Writers of Iceberg put paths into <c>file:</c> locations as they are, without percent-encoding; so they are read and written here.</remarks>
internal static class FileLocations
{
    private const string FileScheme = "file";

    /// <summary>The scheme in lower case; <see langword="null"/> of a path.</summary>
    /// <remarks>A single letter is a drive of Windows.</remarks>
    public static string? Scheme(string location)
    {
        int colon = location.IndexOf(':', StringComparison.Ordinal);
        if (colon < 2 || !char.IsAsciiLetter(location[0]))
        {
            return null;
        }

        ReadOnlySpan<char> scheme = location.AsSpan(0, colon);
        foreach (char letter in scheme)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('+' or '-' or '.'))
            {
                return null;
            }
        }

        return scheme.ToString().ToLowerInvariant();
    }

    /// <summary>Whether a location is a path or a <c>file:</c> URI.</summary>
    public static bool IsLocal(string location) => Scheme(location) is null or FileScheme;

    /// <summary>Whether a location is an object of S3, by any of the names that its scheme has.</summary>
    public static bool IsS3(string location) => Scheme(location) is "s3" or "s3a" or "s3n";

    /// <summary>The full path of a local location. A relative one begins in the working folder.</summary>
    /// <exception cref="ArgumentException">It is not local, or on another machine.</exception>
    public static string ToPath(string location)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        if (location.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"The location '{location.Replace('\0', '?')}' has a zero character. Name a path without one.", nameof(location));
        }

        string? scheme = Scheme(location);
        if (scheme is null)
        {
            return Path.GetFullPath(location);
        }

        if (scheme != FileScheme)
        {
            throw new ArgumentException($"'{location}' is no local file: its scheme is '{scheme}'. Name a path or a 'file:' URI.", nameof(location));
        }

        string rest = location[(FileScheme.Length + 1)..];
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            int path = rest.IndexOf('/', 2);
            string host = path < 0 ? rest[2..] : rest[2..path];
            if (host.Length > 0 && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            {
                throw new ArgumentException(
                    $"'{location}' lies on the machine '{host}'. For a file of this machine write three slashes: file:///{host}/…", nameof(location));
            }

            rest = path < 0 ? "/" : rest[path..];
        }

        // Of /C:/data the drive is the beginning.
        return Path.GetFullPath(OperatingSystem.IsWindows() && rest.Length > 2 && rest[0] == '/' && rest[2] == ':' ? rest[1..] : rest);
    }

    /// <summary>The <c>file:</c> URI of a path.</summary>
    public static string FromPath(string path)
    {
        string full = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            full = '/' + full.Replace('\\', '/');
        }

        return "file://" + full;
    }

    /// <summary>A location without slashes at its end; a path becomes a <c>file:</c> URI.</summary>
    public static string Absolute(string location)
    {
        if (Scheme(location) is null)
        {
            location = FromPath(location);
        }

        string trimmed = location.TrimEnd('/');
        return trimmed.EndsWith(':') ? location : trimmed;
    }

    /// <summary>The location of something in a folder.</summary>
    public static string Join(string folder, string relative) => folder.EndsWith('/') ? folder + relative : $"{folder}/{relative}";

    /// <summary>The last part of a location.</summary>
    public static string Name(string location) => location[(location.LastIndexOf('/') + 1)..];

    /// <summary>One text for all locations of a place, to be compared: <c>file:/x</c>, <c>file:///x</c> and <c>/x</c>; <c>s3a://</c>, <c>s3n://</c> and <c>s3://</c>.</summary>
    public static string Normalise(string location) => Scheme(location) switch
    {
        null or FileScheme => FromPath(ToPath(location)),
        "s3" or "s3a" or "s3n" => "s3" + location[location.IndexOf(':', StringComparison.Ordinal)..],
        { } scheme => scheme + location[scheme.Length..],
    };
}
