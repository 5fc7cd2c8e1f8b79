using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Commands;

/// <summary>Parquet files as input: the tool's own session files, whose rows are taken as events.</summary>
public sealed class ParquetInputTests : IDisposable
{
    private static readonly string[] s_fields = ["--time-field", "session_start_time_ms", "--page-field", "entry_page", "--event-id-field", "session_id"];

    private readonly TemporaryFolder _folder = new();

    public ParquetInputTests()
    {
        AssertDone("generate", "--users", "50", "--events", "5000", "-o", "events.ndjson");
        AssertDone("batch", "events.ndjson", "-o", "rows.ndjson");
        AssertDone("batch", "events.ndjson", "-o", "rows.parquet");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rows.parquet")]
    [InlineData("rows")]
    [InlineData("rows.ndjson.of.yesterday")]
    public void Batch_Parquet_GivesWhatTheSameRowsGiveAsLines(string name)
    {
        File.Move(_folder.File("rows.parquet"), _folder.File(name));
        ToolResult lines = ToolProcess.Run(_folder.Path, ["batch", "rows.ndjson", "--inactivity-timeout", "3h", .. s_fields]).AssertCivil();
        ToolResult parquet = ToolProcess.Run(_folder.Path, ["batch", name, "--inactivity-timeout", "3h", .. s_fields]).AssertCivil();

        Assert.InRange(lines.OutputLines.Length, 50, 5000);
        Assert.Equal((0, lines.Output), (parquet.ExitCode, parquet.Output));
    }

    [Fact]
    public void Batch_ParquetBesideLines_IsRefused()
    {
        ToolResult result = ToolProcess.Run(_folder.Path, ["batch", "rows.*", "-o", "out.csv", .. s_fields]).AssertCivil();
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("'rows.parquet' is Parquet and 'rows.ndjson' is not: one run reads either.", result.Error, StringComparison.Ordinal);
        Assert.Equal(["events.ndjson", "rows.ndjson", "rows.parquet"], _folder.Names());
    }

    [Fact]
    public void Batch_ParquetOnStandardInput_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/stdin.");
        ToolResult result = ToolProcess.Shell(_folder.Path, "sessionize batch - <rows.parquet").AssertCivil();
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("name the file instead of -", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_LinesNamedParquet_AreNoParquetFile()
    {
        File.Move(_folder.File("events.ndjson"), _folder.File("events.parquet"));
        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "events.parquet").AssertCivil();
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("events.parquet", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_OutputIsTheParquetInput_IsRefused()
    {
        byte[] before = File.ReadAllBytes(_folder.File("rows.parquet"));
        ToolResult result = ToolProcess.Run(_folder.Path, ["batch", "rows.parquet", "-o", "rows.parquet", "--overwrite", .. s_fields]).AssertCivil();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("also the input", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.File("rows.parquet")));
    }

    private void AssertDone(params string[] arguments) => Assert.Equal(0, ToolProcess.Run(_folder.Path, arguments).AssertCivil().ExitCode);
}
