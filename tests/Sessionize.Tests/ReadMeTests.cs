using System.Text.RegularExpressions;
using Sessionize.Tests.Documentation;
using Xunit;

namespace Sessionize.Tests;

/// <summary>What the pages show is real: code is compiled, output was printed, links lead somewhere.</summary>
public sealed partial class ReadMeTests
{
    public static TheoryData<string> Pages => [.. Repository.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Code_OfAPage_StandsInACompiledFile(string page)
    {
        string[] notCompiled =
        [
            .. Repository.BlocksOf(page)
                .Where(block => block.Language == "csharp" && !Repository.CompiledCode.Any(code => Holds(code, block.Lines)))
                .Select(block => $"{page}({block.Line}): {block.Lines[0]}"),
        ];

        Assert.True(
            notCompiled.Length == 0,
            $"These blocks stand, line by line, in no file under samples or tests: copy them from code that is compiled there.\n{string.Join("\n", notCompiled)}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Link_OfAPage_LeadsToAFile(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
        string[] dead =
        [
            .. Link().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)))
                .Select(link => link.Groups[1].Value)
                .Where(target => !target.Contains(':', StringComparison.Ordinal) && !target.StartsWith('#'))
                .Select(target => target.Split('#')[0])
                .Where(target => !Path.Exists(Path.Combine(folder, target))),
        ];

        Assert.Empty(dead);
    }

    /// <summary>Whether the lines stand in the code one after the other, at any indentation of the whole.</summary>
    private static bool Holds(string[] code, IReadOnlyList<string> lines)
    {
        for (int start = 0; start + lines.Count <= code.Length; start++)
        {
            int indentation = code[start].Length - code[start].TrimStart().Length;
            if (Enumerable.Range(0, lines.Count).All(i => lines[i].TrimEnd() == Outdent(code[start + i], indentation)))
            {
                return true;
            }
        }

        return false;
    }

    private static string Outdent(string line, int indentation)
    {
        string rest = line.TrimEnd();
        return rest.Length >= indentation && string.IsNullOrWhiteSpace(rest[..indentation]) ? rest[indentation..] : rest;
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
