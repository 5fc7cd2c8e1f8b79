using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Commands;

/// <summary>What a full disk is, without one: writing fails once a file has 64 KB.</summary>
public sealed class FileLimitTests : IDisposable
{
    // The runtime keeps code in a large file of its own unless it is told not to.
    private const string Limit = "trap '' XFSZ; ulimit -f 64; export DOTNET_EnableWriteXorExecute=0; ";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-o s.ndjson", "Cannot write to 's.ndjson'")]
    [InlineData("-o s.csv", "Cannot write to 's.csv'")]
    [InlineData("-o s.parquet", "Cannot write to 's.parquet'")]
    [InlineData("--table a.b --warehouse lake --partition-by none", "Cannot write '")]
    public void Batch_OutputThatMayNotGrow_IsASentenceAndNoFile(string output, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a limit on the size of files.");
        Generate();

        ToolResult result = ToolProcess.Shell(_folder.Path, $"{Limit}sessionize batch e.ndjson {output}").AssertCivil();

        AssertSentence(expected, result);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories),
            file => Path.GetFileName(file) == "s.ndjson" || Path.GetExtension(file) is ".csv" or ".parquet" or ".tmp");
    }

    [Theory]
    [InlineData("generate --users 3000 --events 100000 -o g.ndjson", "Cannot write")]
    [InlineData("generate --users 3000 --events 100000 -o g.ndjson.gz", "Cannot write")]
    [InlineData("batch e.ndjson", "Cannot write the dead letters to 'sessionize.bad.ndjson'")]
    public void OtherFile_ThatMayNotGrow_IsASentenceAndNoFile(string command, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a limit on the size of files.");
        Generate(bad: "50%");

        ToolResult result = ToolProcess.Shell(_folder.Path, $"{Limit}sessionize {command}").AssertCivil();

        AssertSentence(expected, result);
        Assert.Equal(["e.ndjson"], _folder.Names());
    }

    [Fact]
    public void TemporaryFile_ThatMayNotGrow_IsASentenceAndNoFile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a limit on the size of files.");
        Generate(events: 400_000);
        Directory.CreateDirectory(_folder.File("temp"));

        ToolResult result = ToolProcess.Shell(
            _folder.Path, $"{Limit}sessionize batch e.ndjson -o s.parquet --threads 4 --memory 16MiB --temp temp").AssertCivil();

        AssertSentence("Cannot keep events in a temporary file in 'temp': The file may not be any larger. Name a folder with room", result);
        Assert.Equal(["e.ndjson", "temp"], _folder.Names());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.File("temp")));
    }

    private static void AssertSentence(string expected, ToolResult result)
    {
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith(expected, result.Error, StringComparison.Ordinal);
        Assert.Contains("The file may not be any larger", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    private void Generate(int events = 100_000, string bad = "0") => Assert.Equal(
        0, ToolProcess.Run(_folder.Path, "generate", "--users", "3000", "--events", $"{events}", "--bad", bad, "-o", "e.ndjson").AssertCivil().ExitCode);
}
