namespace Sessionize.Storage;

/// <summary>Which file a path leads to, whatever it is called: links and hard links to one file are the same.</summary>
/// <remarks>By device and inode on Linux. Elsewhere by the path after symbolic links, which does not see hard links.</remarks>
internal static class FileIdentity
{
    /// <summary>Whether both paths lead to one file, which need not exist yet.</summary>
    /// <param name="left">A path.</param>
    /// <param name="right">Another path.</param>
    /// <returns>Whether writing to one changes the other.</returns>
    public static bool AreSame(string left, string right)
    {
        if (OperatingSystem.IsLinux() && Unix.TryStat(left, out UnixFile leftFile) && Unix.TryStat(right, out UnixFile rightFile))
        {
            return leftFile == rightFile;
        }

        StringComparison comparison = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
            ? StringComparison.OrdinalIgnoreCase
            : StringComparison.Ordinal;
        return string.Equals(FollowLinks(left), FollowLinks(right), comparison);
    }

    /// <summary>Whether the existing path leads to a file that can be read again, and not to a pipe or a device.</summary>
    /// <param name="path">The path.</param>
    /// <returns>Whether it is a regular file.</returns>
    public static bool IsRegularFile(string path) =>
        !OperatingSystem.IsLinux() || !Unix.TryStat(path, out UnixFile file) ? File.Exists(path) : file.IsRegular;

    private static string FollowLinks(string path)
    {
        string full = Path.GetFullPath(path);
        string? folder = Path.GetDirectoryName(full);
        string place = folder is null ? full : Path.Combine(FollowLinks(folder), Path.GetFileName(full));
        FileInfo file = new(place);
        return file.LinkTarget is null ? place : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }
}
