using System.IO.Compression;
using System.Text.Json;
using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;
using ZstdSharp;

namespace Sessionize.Cli.Tests.Commands;

/// <summary>The shared sets of real clicks, in every form in which events may come.</summary>
public sealed class RealDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Sets => ["otto-shop", "semicomplete-2015", "nasa-19950801", "web-panel", "wikipedia-readers"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Sets))]
    public void Batch_Gzip_GivesBothDigests(string set) => AssertDigests(set, "30m/2h", Original(set));

    [Theory]
    [InlineData("web-panel")]
    [InlineData("wikipedia-readers")]
    public void Batch_Restarting_GivesBothDigests(string set) => AssertDigests(set, "30m/2h restarting", Original(set), "--alignment", "restarting");

    [Theory]
    [MemberData(nameof(Sets))]
    public void Batch_PlainFile_GivesBothDigests(string set) => AssertDigests(set, "30m/2h", _folder.Write("events.ndjson", Plain(set)));

    [Theory]
    [MemberData(nameof(Sets))]
    public void Batch_ZstandardUnderTheNameOfGzip_IsReadByContent(string set)
    {
        using Compressor compressor = new();
        AssertDigests(set, "30m/2h", _folder.Write("events.ndjson.gz", compressor.Wrap(Plain(set))));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Batch_Reversed_GivesBothDigests(string set)
    {
        string[] lines = Lines(set);
        Array.Reverse(lines);
        AssertDigests(set, "30m/2h", WriteLines("reversed.ndjson", lines));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Batch_SplitOverSevenFilesInAnyOrder_GivesBothDigests(string set)
    {
        Random random = new(7);
        string[] files = [.. Lines(set).GroupBy(_ => random.Next(7)).Select(part => WriteLines($"part-{part.Key}", [.. part]))];
        random.Shuffle(files);
        Assert.Equal(7, files.Length);
        AssertDigests(set, "30m/2h", files);
    }

    [Fact]
    public void Batch_StandardInput_GivesBothDigests()
    {
        byte[] content = File.ReadAllBytes(Original("otto-shop"));
        ToolResult result = ToolProcess.Run(_folder.Path, input => input.Write(content), "batch", "-").AssertCivil();
        Assert.Equal(Expected("otto-shop", "30m/2h"), CanonicalRows.Digest(result.OutputLines));
    }

    private void AssertDigests(string set, string rules, params string[] arguments)
    {
        ToolResult result = ToolProcess.Run(_folder.Path, ["batch", .. arguments, "-o", "sessions.ndjson"]).AssertCivil();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(Expected(set, rules), CanonicalRows.Digest(File.ReadLines(_folder.File("sessions.ndjson"))));
    }

    private static (string Classic, string Full) Expected(string set, string rules)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Find("data/expected.json")));
        JsonElement expected = document.RootElement.GetProperty("sets").GetProperty(set).GetProperty(rules);
        return (expected.GetProperty("sha256").GetString()!, expected.GetProperty("sha256_full").GetString()!);
    }

    private static string Original(string set) => SharedFiles.Find($"data/{set}.ndjson.gz");

    private static byte[] Plain(string set)
    {
        using GZipStream content = new(File.OpenRead(Original(set)), CompressionMode.Decompress);
        using MemoryStream plain = new();
        content.CopyTo(plain);
        return plain.ToArray();
    }

    private static string[] Lines(string set) => System.Text.Encoding.UTF8.GetString(Plain(set)).TrimEnd('\n').Split('\n');

    private string WriteLines(string name, string[] lines) => _folder.Write(name, string.Join('\n', lines) + "\n");
}
