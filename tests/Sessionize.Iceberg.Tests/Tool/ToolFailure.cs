using Sessionize.Cli.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Tool;

/// <summary>What holds of a run of the tool that fails: its exit code, nothing on standard output, and one sentence.</summary>
internal static class ToolFailure
{
    /// <param name="exitCode">The exit code.</param>
    /// <param name="result">How the run ended.</param>
    /// <param name="says">Parts of the sentence.</param>
    public static void AssertIs(int exitCode, ToolResult result, params string[] says)
    {
        // A run that takes long has told how far it was.
        string sentence = result.AssertCivil().Error.TrimEnd('\n').Split('\n')[^1];
        Assert.True(result.ExitCode == exitCode, $"{result.ExitCode}: {result.Error}{result.Output}");
        Assert.Equal("", result.Output);
        Assert.All(says, part => Assert.Contains(part, sentence, StringComparison.Ordinal));
    }
}
