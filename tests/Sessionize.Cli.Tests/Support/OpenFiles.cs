using System.Diagnostics;
using System.Globalization;

namespace Sessionize.Cli.Tests.Support;

/// <summary>The files that a process on Linux has open, those without a name as well.</summary>
public static class OpenFiles
{
    /// <summary>How many of them lie in a folder.</summary>
    public static int CountIn(Process process, string folder)
    {
        ArgumentNullException.ThrowIfNull(process);
        string descriptors = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/fd");
        return Directory.EnumerateFileSystemEntries(descriptors).Count(entry => TargetOf(entry).StartsWith(folder, StringComparison.Ordinal));
    }

    private static string TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget ?? "";
        }
        catch (IOException)
        {
            // It was closed meanwhile.
            return "";
        }
    }
}
