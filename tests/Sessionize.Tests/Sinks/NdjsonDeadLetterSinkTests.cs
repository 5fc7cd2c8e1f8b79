using System.Text;
using System.Text.Json;
using Sessionize.Sinks;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Sinks;

public sealed class NdjsonDeadLetterSinkTests : IDisposable
{
    private const string EarlierLetter =
        """{"source":"f","line":1,"byte_offset":0,"reason":"MalformedJson","raw":"x","raw_encoding":"utf-8","raw_truncated":false}""" + "\n";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WriteAsync_RecordOfAFile_HasLineAndByteOffset()
    {
        JsonElement line = Assert.Single(await WriteAsync(new DeadLetter("in.ndjson", 7, 120, "MalformedJson", "{\"a\": \"é😀\n"u8.ToArray(), false)));

        Assert.Equal(
            ["source", "line", "byte_offset", "reason", "raw", "raw_encoding", "raw_truncated"], line.EnumerateObject().Select(field => field.Name));
        Assert.Equal("in.ndjson", line.GetProperty("source").GetString());
        Assert.Equal(7, line.GetProperty("line").GetInt64());
        Assert.Equal(120, line.GetProperty("byte_offset").GetInt64());
        Assert.Equal("{\"a\": \"é😀\n", line.GetProperty("raw").GetString());
        Assert.Equal("utf-8", line.GetProperty("raw_encoding").GetString());
        Assert.False(line.GetProperty("raw_truncated").GetBoolean());
    }

    [Fact]
    public async Task WriteAsync_RecordOfAPartition_HasPartitionAndPosition()
    {
        JsonElement line = Assert.Single(await WriteAsync(new DeadLetter("clicks/3", 41, null, DeadLetter.LateReason, "{}"u8.ToArray(), false)));

        Assert.Equal("clicks/3", line.GetProperty("source").GetString());
        Assert.Equal("clicks/3", line.GetProperty("partition").GetString());
        Assert.Equal(41, line.GetProperty("position").GetInt64());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("byte_offset").ValueKind);
        Assert.False(line.TryGetProperty("line", out _));
    }

    [Theory]
    [InlineData("c3a9", false, "utf-8")]
    [InlineData("ff", false, "base64")]
    [InlineData("61c3", false, "base64")]
    [InlineData("61c3", true, "utf-8")]
    [InlineData("61f09f98", true, "utf-8")]
    [InlineData("61f09f9880", true, "utf-8")]
    [InlineData("ff61c3", true, "base64")]
    [InlineData("61ff", true, "base64")]
    [InlineData("6180", true, "base64")]
    [InlineData("", false, "utf-8")]
    [InlineData("00", false, "utf-8")]
    public async Task WriteAsync_AnyBytes_CanBeReadBackUpToACutCharacter(string hex, bool truncated, string encoding)
    {
        byte[] raw = Convert.FromHexString(hex);

        JsonElement line = Assert.Single(await WriteAsync(new DeadLetter("f", 1, 0, "InvalidUtf8", raw, truncated)));

        Assert.Equal(encoding, line.GetProperty("raw_encoding").GetString());
        Assert.Equal(truncated, line.GetProperty("raw_truncated").GetBoolean());
        byte[] read = encoding == "utf-8" ? Encoding.UTF8.GetBytes(line.GetProperty("raw").GetString()!) : line.GetProperty("raw").GetBytesFromBase64();
        Assert.True(raw.AsSpan().StartsWith(read));
        Assert.True(raw.Length - read.Length <= (truncated ? 3 : 0));
    }

    [Fact]
    public async Task FlushAsync_WithoutALetter_CreatesNothing()
    {
        await using (NdjsonDeadLetterSink sink = new(_folder.File("a/b.ndjson")))
        {
            await sink.WriteAsync([], Token);
            await sink.FlushAsync(Token);
        }

        Assert.Empty(_folder.Names());
    }

    [Fact]
    public async Task FlushAsync_Appending_KeepsWhatIsThereAndIsReadableBeforeDispose()
    {
        string path = _folder.File("a/b/dead.ndjson");
        await using NdjsonDeadLetterSink one = new(path);
        await using NdjsonDeadLetterSink other = new(path);
        await one.WriteAsync([Letter(1)], Token);
        await one.FlushAsync(Token);
        await other.WriteAsync([Letter(2)], Token);
        await other.FlushAsync(Token);
        await one.WriteAsync([Letter(3)], Token);
        await one.FlushAsync(Token);

        Assert.Equal([1, 2, 3], Lines(path).Select(line => line.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task WriteAsync_AfterACrashInTheMiddleOfALine_StartsALineOfItsOwn()
    {
        string path = _folder.Write("dead.ndjson", "{\"source\":\"f\",\"li");
        await using NdjsonDeadLetterSink sink = new(path);
        await sink.WriteAsync([Letter(2)], Token);
        await sink.FlushAsync(Token);

        string[] lines = File.ReadAllLines(path);
        Assert.Equal(2, lines.Length);
        Assert.Equal(2, JsonDocument.Parse(lines[1]).RootElement.GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task ForBatch_Flushed_ReplacesAnEarlierFile()
    {
        string path = _folder.Write("out.bad.ndjson", "old\n");
        await using NdjsonDeadLetterSink sink = NdjsonDeadLetterSink.ForBatch(path);
        await sink.WriteAsync([Letter(1)], Token);
        await sink.WriteAsync([Letter(2)], Token);
        Assert.Equal("old\n", File.ReadAllText(path));
        await sink.FlushAsync(Token);

        Assert.Equal(2, Lines(path).Count);
        Assert.Equal(["out.bad.ndjson"], _folder.Names());
    }

    [Fact]
    public async Task ForBatch_FlushedTwice_KeepsTheFile()
    {
        string path = _folder.File("out.bad.ndjson");
        await using (NdjsonDeadLetterSink sink = NdjsonDeadLetterSink.ForBatch(path))
        {
            await sink.WriteAsync([Letter(1)], Token);
            await sink.FlushAsync(Token);
            await sink.FlushAsync(Token);
        }

        Assert.Single(Lines(path));
    }

    [Fact]
    public async Task ForBatch_LettersAfterTheFlush_AreAppended()
    {
        string path = _folder.Write("out.bad.ndjson", "old\n");
        await using NdjsonDeadLetterSink sink = NdjsonDeadLetterSink.ForBatch(path);
        await sink.WriteAsync([Letter(1)], Token);
        await sink.FlushAsync(Token);
        await sink.WriteAsync([Letter(2)], Token);
        await sink.FlushAsync(Token);
        await sink.WriteAsync([Letter(3)], Token);
        await sink.FlushAsync(Token);

        Assert.Equal([1, 2, 3], Lines(path).Select(line => line.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task ForBatch_FlushedWithoutALetter_DeletesTheFileOfAnEarlierRun()
    {
        string path = _folder.Write("out.bad.ndjson", EarlierLetter);
        await using NdjsonDeadLetterSink sink = NdjsonDeadLetterSink.ForBatch(path);
        await sink.WriteAsync([], Token);
        Assert.True(File.Exists(path));
        await sink.FlushAsync(Token);
        Assert.Empty(_folder.Names());

        await sink.FlushAsync(Token);
        await sink.WriteAsync([Letter(1)], Token);
        await sink.FlushAsync(Token);
        Assert.Single(Lines(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("old\n")]
    [InlineData("[1]\n")]
    [InlineData("{\"reason\":\"x\"}\n")]
    [InlineData("\n" + EarlierLetter)]
    public async Task ForBatch_FlushedWithoutALetter_LeavesAFileThatIsNotOfLetters(string content)
    {
        string path = _folder.Write("notes.ndjson", content);
        await using NdjsonDeadLetterSink sink = NdjsonDeadLetterSink.ForBatch(path);
        await sink.FlushAsync(Token);

        Assert.Equal(content, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("out.bad.ndjson")]
    [InlineData("missing/out.bad.ndjson")]
    [InlineData("folder")]
    [InlineData("file/out.bad.ndjson")]
    [InlineData("to-nowhere")]
    public async Task ForBatch_FlushedWithoutALetterAndWithoutAnEarlierFile_LeavesAllAsItIs(string name)
    {
        Directory.CreateDirectory(_folder.File("folder"));
        _folder.Write("file", "x");
        File.CreateSymbolicLink(_folder.File("to-nowhere"), _folder.File("nowhere"));
        string[] before = [.. _folder.Names()];

        await using NdjsonDeadLetterSink sink = NdjsonDeadLetterSink.ForBatch(_folder.File(name));
        await sink.FlushAsync(Token);

        Assert.Equal(before, _folder.Names());
    }

    [Fact]
    public async Task ForBatch_LinkToAnEarlierFile_StaysAndTheFileGoes()
    {
        string file = _folder.Write("earlier", EarlierLetter);
        File.CreateSymbolicLink(_folder.File("out.bad.ndjson"), file);

        await using NdjsonDeadLetterSink sink = NdjsonDeadLetterSink.ForBatch(_folder.File("out.bad.ndjson"));
        await sink.FlushAsync(Token);

        Assert.False(File.Exists(file));
        Assert.Equal(file, new FileInfo(_folder.File("out.bad.ndjson")).LinkTarget);
    }

    [Fact]
    public async Task ForBatch_Device_IsNotDeleted()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        await using NdjsonDeadLetterSink sink = NdjsonDeadLetterSink.ForBatch("/dev/full");
        await sink.FlushAsync(Token);

        Assert.True(File.Exists("/dev/full"));
    }

    [Fact]
    public async Task ForBatch_DisposedWithoutFlush_LeavesNothing()
    {
        await using (NdjsonDeadLetterSink sink = NdjsonDeadLetterSink.ForBatch(_folder.File("out.bad.ndjson")))
        {
            await sink.WriteAsync([Letter(1)], Token);
        }

        Assert.Empty(_folder.Names());
    }

    [Fact]
    public async Task WriteAsync_PlaceThatCannotBeWritten_SaysWhereAndWhatToDo()
    {
        string file = _folder.Write("file", "x");
        await using NdjsonDeadLetterSink sink = new(Path.Combine(file, "dead.ndjson"));

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => sink.WriteAsync([Letter(1)], Token).AsTask());

        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Choose", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_FileThatAnotherProcessHolds_WaitsThenSaysSoAndMayBeTriedAgain()
    {
        string path = _folder.File("dead.ndjson");
        await using NdjsonDeadLetterSink stalled = new(path);
        await stalled.WriteAsync([Letter(1)], Token);
        await using NdjsonDeadLetterSink other = new(path);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => other.WriteAsync([Letter(2)], Token).AsTask());

        Assert.True(failure.IsTransient);
        Assert.Contains("another process", failure.Message, StringComparison.Ordinal);
        await stalled.FlushAsync(Token);
        await other.WriteAsync([Letter(2)], Token);
        await other.FlushAsync(Token);
        Assert.Equal([1, 2], Lines(path).Select(line => line.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task FlushAsync_DiskIsFull_SaysSo()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Skip("There is no /dev/full here; run on Linux.");
        }

        await using NdjsonDeadLetterSink sink = new("/dev/full");

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () =>
        {
            await sink.WriteAsync([Letter(1)], Token);
            await sink.FlushAsync(Token);
        });

        Assert.Contains("'/dev/full'", failure.Message, StringComparison.Ordinal);
    }

    private static DeadLetter Letter(long line) => new("in.ndjson", line, line * 10, "MalformedJson", "x"u8.ToArray(), false);

    private async Task<IReadOnlyList<JsonElement>> WriteAsync(params DeadLetter[] letters)
    {
        string path = _folder.File("dead.ndjson");
        await using NdjsonDeadLetterSink sink = new(path);
        await sink.WriteAsync(letters, Token);
        await sink.FlushAsync(Token);
        return Lines(path);
    }

    private static List<JsonElement> Lines(string path) => [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement)];
}
