namespace Sessionize.Cli.Output;

/// <summary>Writes command lines that can be typed.</summary>
internal static class ShellText
{
    /// <summary>The path as a shell takes it for one word; double quotes, which the shells of Windows know, too.</summary>
    public static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
