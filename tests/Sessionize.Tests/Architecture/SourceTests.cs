using System.Text.RegularExpressions;
using Xunit;

namespace Sessionize.Tests.Architecture;

/// <summary>What only the source text shows.</summary>
public sealed partial class SourceTests
{
    private const int MostLines = 500;

    [Fact]
    public void Files_Length_IsAtMost500Lines() =>
        Assert.All(Files(), file => Assert.True(File.ReadLines(file).Count() <= MostLines, $"{file} has more than {MostLines} lines."));

    [Fact]
    public void Files_TopLevelTypes_AreOneInEach() => Assert.All(
        Files(), file => Assert.True(TopLevelType().Count(File.ReadAllText(file)) <= 1, $"{file} holds several top-level types."));

    [Fact]
    public void Files_Namespace_IsTheFolder() => Assert.All(Files(), file =>
    {
        // Extension methods live in the root, where a host finds them without a further using.
        string folder = Path.GetDirectoryName(Path.GetRelativePath(Source(), file))!.Replace(Path.DirectorySeparatorChar, '.');
        string? found = Namespace().Match(File.ReadAllText(file)) is { Success: true } match ? match.Groups[1].Value : null;
        bool isExtensions = found == "Sessionize" && file.EndsWith("Extensions.cs", StringComparison.Ordinal);
        Assert.True(found is null || found == folder || isExtensions, $"{file} has the namespace {found}.");
    });

    [Fact]
    public void Files_Content_HasNoRegionsAndNoOpenEnds() => Assert.All(
        Files(), file => Assert.False(Unfinished().IsMatch(File.ReadAllText(file)), $"{file} holds a region, or work that is not done."));

    [Fact]
    public void Projects_References_PointInward()
    {
        Dictionary<string, string[]> references = Directory.EnumerateFiles(Source(), "*.csproj", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetFileNameWithoutExtension(file),
            file => ProjectReference().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).ToArray());

        Assert.Empty(references["Sessionize"]);
        Assert.Equal(["Sessionize"], references["Sessionize.Testing"]);
        Assert.DoesNotContain("Sessionize.Testing", references["Sessionize.Cli"]);
        Assert.All(references.Values, names => Assert.DoesNotContain("Sessionize.Cli", names));
    }

    private static IEnumerable<string> Files()
    {
        string[] files = [.. Directory.EnumerateFiles(Source(), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Source(), file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))];
        Assert.NotEmpty(files);
        return files;
    }

    private static string Source()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sessionize.sln")))
            {
                return Path.Combine(folder.FullName, "src");
            }
        }

        Assert.Skip("The sources are not there: run the tests from a checkout.");
        return "";
    }

    [GeneratedRegex(@"^(?:(?:public|internal|file|static|sealed|abstract|partial|readonly|ref|unsafe) )*(?:class|struct|interface|enum|record|delegate)\b(?!.*=)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^\s*#region|//.*\bTODO\b(?!.*#\d)|\bNotImplementedException\b", RegexOptions.Multiline)]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*?([\w.]+)\.csproj""")]
    private static partial Regex ProjectReference();
}
