using System.IO.Enumeration;

namespace Sessionize.Sources.Files;

/// <summary>Makes paths of inputs that may be patterns: <c>*</c> and <c>?</c> within a name, <c>**</c> for any folders between.</summary>
internal static class InputPaths
{
    private const string AnyFolders = "**";

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Expands patterns: their matches in ordinal order, in place of the pattern. A file of exactly that name wins.</summary>
    /// <param name="inputs">Paths and patterns.</param>
    /// <param name="mistakes">Gets a sentence for each pattern without a match, and each file that is named twice.</param>
    public static IReadOnlyList<string> Expand(IEnumerable<string> inputs, List<string> mistakes)
    {
        List<string> paths = [];
        Dictionary<string, string> seen = new(StringComparer.Ordinal);
        foreach (string input in inputs)
        {
            string[] found = [];
            try
            {
                found = HasWildcard(input) && !File.Exists(input) ? Match(input) : [input];
                if (found.Length == 0)
                {
                    mistakes.Add($"No file matches '{input}': check folder and pattern.");
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // A folder that cannot be looked into may hold events: to pass it over would lose them in silence.
                mistakes.Add($"Cannot look for all files that match '{input}': {failure.Message} Give permission, or name the files.");
            }

            foreach (string path in found)
            {
                string identity = path == InputFile.StandardInput ? path : Path.GetFullPath(path);
                if (seen.TryAdd(identity, input))
                {
                    paths.Add(path);
                }
                else
                {
                    string by = seen[identity] == input ? $"'{input}'" : $"'{seen[identity]}' and '{input}'";
                    mistakes.Add($"'{path}' is read twice, by {by}, and its events would count twice: name it once.");
                }
            }
        }

        return paths;
    }

    private static bool HasWildcard(string text) => text.AsSpan().ContainsAny('*', '?');

    private static string[] Match(string pattern)
    {
        string root = Path.GetPathRoot(pattern) ?? "";
        string[] parts = pattern[root.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        if (parts[^1] == AnyFolders)
        {
            parts = [.. parts, "*"];
        }

        IEnumerable<string> folders = [root];
        foreach (string part in parts[..^1])
        {
            folders = part == AnyFolders ? folders.SelectMany(Below)
                : HasWildcard(part) ? folders.SelectMany(folder => Matching(folder, part, Directory.EnumerateDirectories))
                : folders.Select(folder => Path.Combine(folder, part)).Where(Directory.Exists);
        }

        string[] found = [.. folders.SelectMany(folder => Matching(folder, parts[^1], Directory.EnumerateFiles)).Distinct(StringComparer.Ordinal)];
        Array.Sort(found, StringComparer.Ordinal);
        return found;
    }

    /// <summary>The entries of a folder; hidden ones only for a pattern that begins with a dot, as in a shell.</summary>
    private static IEnumerable<string> Matching(string folder, string pattern, Func<string, string, EnumerationOptions, IEnumerable<string>> enumerate)
    {
        string place = folder.Length == 0 ? "." : folder;
        return !Directory.Exists(place)
            ? []
            : enumerate(place, "*", s_everything)
                .Select(path => Path.GetFileName(path))
                .Where(name => (name[0] != '.' || pattern[0] == '.') && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: OperatingSystem.IsWindows()))
                .Select(name => Path.Combine(folder, name));
    }

    private static IEnumerable<string> Below(string folder)
    {
        yield return folder;
        foreach (string inner in Matching(folder, "*", Directory.EnumerateDirectories).Where(inner => new DirectoryInfo(inner).LinkTarget is null))
        {
            foreach (string below in Below(inner))
            {
                yield return below;
            }
        }
    }
}
