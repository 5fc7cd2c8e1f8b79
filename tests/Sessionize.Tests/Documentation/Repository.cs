using System.Text.RegularExpressions;

namespace Sessionize.Tests.Documentation;

/// <summary>The checked-out repository around the running tests: its pages, its compiled code, its samples.</summary>
internal static partial class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>All Markdown pages, relative to the repository.</summary>
    public static IEnumerable<string> Pages =>
        new[] { "src", "docs", "samples", "benchmarks" }
            .Where(folder => Directory.Exists(Path.Combine(Root, folder)))
            .SelectMany(folder => Files(folder, "*.md"))
            .Concat(Directory.GetFiles(Root, "*.md").Select(Path.GetFileName))
            .Select(page => page!.Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>The lines of all code that the build compiles and that uses the packages as a host does.</summary>
    public static IEnumerable<string[]> CompiledCode =>
        Files("samples", "*.cs").Concat(Files("tests", "*.cs")).Select(file => File.ReadAllLines(Path.Combine(Root, file)));

    /// <summary>The samples that are programs.</summary>
    public static IEnumerable<string> Samples =>
        Directory.GetDirectories(Path.Combine(Root, "samples"))
            .Where(folder => File.Exists(Path.Combine(folder, "Program.cs")))
            .Select(folder => Path.GetFileName(folder)!)
            .Order(StringComparer.Ordinal);

    /// <summary>The assembly of a sample, built in the configuration of these tests.</summary>
    public static string AssemblyOf(string sample)
    {
        string output = Path.GetRelativePath(Path.Combine(Root, "tests", "Sessionize.Tests"), AppContext.BaseDirectory);
        return Path.Combine(Root, "samples", sample, output, sample + ".dll");
    }

    public static IEnumerable<MarkdownBlock> BlocksOf(string page)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Root, page));
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            int end = Array.FindIndex(lines, i + 1, line => line.StartsWith("```", StringComparison.Ordinal));
            Match printed = i > 0 ? PrintedBy().Match(lines[i - 1]) : Match.Empty;
            yield return new MarkdownBlock(
                page, i + 1, lines[i][3..].Trim(), printed.Success ? printed.Groups[1].Value : null, lines[(i + 1)..end]);
            i = end;
        }
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(step => step is "bin" or "obj"));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sessionize.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Sessionize.sln: run the tests from a checked-out repository.");
    }

    [GeneratedRegex(@"^<!-- printed by samples/(\w+) -->$")]
    private static partial Regex PrintedBy();
}
