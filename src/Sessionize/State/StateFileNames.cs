using System.Globalization;
using Sessionize.Storage;

namespace Sessionize.State;

/// <summary>What names of files in a store's location mean.</summary>
internal static class StateFileNames
{
    private const int MostCharacters = 200;
    private const int RandomDigits = 32;

    /// <summary>Whether a version's name can be a file's.</summary>
    public static bool IsSafe(string? name) =>
        name is { Length: > 0 and <= MostCharacters } && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>The position in a version's name, <c>POSITION-RANDOM</c>; <see langword="null"/> for another file, which is nobody's to delete.</summary>
    public static long? PositionOf(string name)
    {
        int dash = name.Length - RandomDigits - 1;
        return dash > 0 && name[dash] == '-' && name.AsSpan(dash + 1).ContainsAnyExcept("0123456789abcdef") is false
            && long.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out long position) ? position : null;
    }

    /// <summary>Whether a file is what a killed process left of one that it was writing.</summary>
    public static bool IsTemporary(string name) => name.StartsWith(".sessionize-", StringComparison.Ordinal) && name.EndsWith(".tmp", StringComparison.Ordinal);

    /// <summary>The lane in whose folder a file lies, or <see langword="null"/>.</summary>
    public static LaneId? LaneOf(string location, string file)
    {
        string[] parts = file[FileLocations.Join(location, "").Length..].Split('/');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int lane) ? new LaneId(lane) : null;
    }
}
