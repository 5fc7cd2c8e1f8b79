using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sessionize.Sources;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Sources;

public sealed class FileEventSourceTests : IDisposable
{
    private const int MaxLineBytes = 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Records_AreTheLines_WhateverTheTextAndItsCompression()
    {
        Gen<string> piece = Gen.Elements("\n", "\r\n", "\r", "\n\n", " ", "\t", "a", "{}", "0123456789", "01234567890123456789", "\u00e2\u0080\u00a8", "\u0085", "\0", "\u00ef\u00bb\u00bf");
        Gen<string> text = Gen.Choose(0, 40).SelectMany(count => Gen.ArrayOf(piece, count)).Select(pieces => string.Concat(pieces));
        string path = Path.Combine(_folder.Path, "input");
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1000),
            Prop.ForAll(text.ToArbitrary(), content =>
            {
                byte[] bytes = Encoding.Latin1.GetBytes(content);
                List<FileRecord> expected = Naive(content, path);
                foreach (byte[] stored in (byte[][])[bytes, FileContent.Gzip(bytes), FileContent.Zstd(bytes)])
                {
                    File.WriteAllBytes(path, stored);
                    List<FileRecord> records = FileContent.ReadAsync([path], MaxLineBytes).GetAwaiter().GetResult();
                    Assert.Equal(string.Join('\n', expected), string.Join('\n', records));
                }
            }));
    }

    [Fact]
    public async Task Records_OfLinesOverTheBuffers_AreWhole()
    {
        StringBuilder text = new();
        List<string> lines = [];
        Random random = new(1);
        while (text.Length < 6_000_000)
        {
            lines.Add(new string((char)('a' + (lines.Count % 26)), 1 + random.Next(lines.Count % 50 == 0 ? 60_000 : 3_000)));
            text.Append(lines[^1]).Append('\n');
        }

        byte[] bytes = Encoding.Latin1.GetBytes(text.ToString());
        foreach (byte[] stored in (byte[][])[bytes, FileContent.Gzip(bytes), FileContent.Zstd(bytes)])
        {
            string path = Write("long", stored);
            List<FileRecord> records = await FileContent.ReadAsync([path]);
            Assert.Equal(lines, records.Select(record => record.Raw));
            Assert.Equal(Enumerable.Range(1, lines.Count).Select(line => (long)line), records.Select(record => record.Line));
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("")]
    public async Task LineTooLong_KeepsTheFirst64KiB_AndTheNextLineIsRead(string end)
    {
        string path = Write("long", Encoding.Latin1.GetBytes("a\n" + new string('x', 9_000_000) + end + (end.Length > 0 ? "b" : "")));
        List<FileRecord> records = await FileContent.ReadAsync([path], maxLineBytes: 100_000);
        FileRecord tooLong = records[1];
        Assert.Equal((2, 2, BadEventReason.LineTooLong), (tooLong.Line, tooLong.ByteOffset, tooLong.Reason));
        Assert.Equal(new string('x', 64 * 1024), tooLong.Raw);
        Assert.Equal(end.Length > 0 ? new FileRecord(path, 3, 9_000_002 + end.Length, BadEventReason.None, "b") : tooLong, records[^1]);
    }

    [Fact]
    public async Task LineLimit_LargerThanWhatIsReadAhead_IsKept()
    {
        string path = Write("long", Encoding.Latin1.GetBytes(new string('x', 5_000_000) + "\r\n" + new string('y', 5_000_001) + "\n" + new string(' ', 6_000_000) + "\nz"));
        List<FileRecord> records = await FileContent.ReadAsync([path], maxLineBytes: 5_000_000);
        Assert.Equal(
            [(1, BadEventReason.None), (2, BadEventReason.LineTooLong), (4, BadEventReason.None)],
            records.Select(record => ((int)record.Line, record.Reason)));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x7B, 0x00 }, "UTF-16")]
    [InlineData(new byte[] { 0xFE, 0xFF, 0x00, 0x7B }, "UTF-16")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0x00 }, "UTF-32")]
    [InlineData(new byte[] { 0x00, 0x00, 0xFE, 0xFF }, "UTF-32")]
    [InlineData(new byte[] { 0xFF, 0xFE }, "UTF-16")]
    public async Task Encoding_OtherThanUtf8_IsRefusedByName(byte[] content, string encoding)
    {
        foreach (byte[] stored in (byte[][])[content, FileContent.Gzip(content), FileContent.Zstd(content)])
        {
            string path = Write("input", stored);
            SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => FileContent.ReadAsync([path]));
            Assert.Contains(encoding, failure.Message, StringComparison.Ordinal);
            Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Patterns_GiveTheirMatchesInOrder_InPlaceOfThePattern()
    {
        foreach (string name in (string[])["b.ndjson", "a.ndjson", "c.txt", "x/1.ndjson", "x/y/2.ndjson", ".hidden.ndjson", "[1].ndjson"])
        {
            Write(name, "1"u8);
        }

        Assert.Equal(["[1].ndjson", "a.ndjson", "b.ndjson"], await PathsOf("*.ndjson"));
        Assert.Equal(["c.txt", "x/1.ndjson", "a.ndjson"], await PathsOf("c.txt", "x/?.ndjson", "a.ndjson"));
        Assert.Equal(["[1].ndjson", "a.ndjson", "b.ndjson", "x/1.ndjson", "x/y/2.ndjson"], await PathsOf("**/*.ndjson"));
        Assert.Equal(["x/y/2.ndjson"], await PathsOf("*/y/*"));
        Assert.Equal([".hidden.ndjson"], await PathsOf(".*"));
        Assert.Equal(["x/1.ndjson", "x/y/2.ndjson"], await PathsOf("x/**"));
        Assert.Equal(["[1].ndjson"], await PathsOf("[1].ndjson"));
        Write("what?.ndjson", "1"u8);
        Assert.Equal(["what?.ndjson"], await PathsOf("what?.ndjson"));

        async Task<IEnumerable<string>> PathsOf(params string[] inputs)
        {
            await using FileEventSource source = new(inputs.Select(input => Path.Combine(_folder.Path, input)), FileContent.Parser);
            await source.OpenAsync(TestContext.Current.CancellationToken);
            return source.Paths.Select(path => Path.GetRelativePath(_folder.Path, path));
        }
    }

    [Fact]
    public async Task OpenAsync_WithWrongInputs_ListsAllOfThem()
    {
        string present = Write("present.ndjson", "1"u8);
        string[] inputs = [present, Path.Combine(_folder.Path, "missing"), _folder.Path, Path.Combine(_folder.Path, "none-*"), present];
        await using FileEventSource source = new(inputs, FileContent.Parser);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => source.OpenAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("no file '" + inputs[1], failure.Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", failure.Message, StringComparison.Ordinal);
        Assert.Contains("No file matches '" + inputs[3], failure.Message, StringComparison.Ordinal);
        Assert.Contains("is read twice", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeekAsync_GoesOnWithThatLine_InEveryFile()
    {
        string text = string.Concat(Enumerable.Range(1, 5000).Select(line => line % 7 == 0 ? "\n" : $"line {line}\r\n"));
        string first = Write("first", FileContent.Gzip(Encoding.Latin1.GetBytes(text)));
        string second = Write("second", Encoding.Latin1.GetBytes(text));
        List<FileRecord> all = await FileContent.ReadAsync([first, second]);

        await using FileEventSource source = new([first, second], FileContent.Parser);
        await source.OpenAsync(TestContext.Current.CancellationToken);
        Assert.True(source.CanSeek);
        await FileContent.ReadAsync(source, batches: 6);
        foreach ((long inFirst, long inSecond) in ((long, long)[])[(1, 1), (4321, 77), (5001, 5000), (3, 5001)])
        {
            await source.SeekAsync(first, inFirst, TestContext.Current.CancellationToken);
            await source.SeekAsync(second, inSecond, TestContext.Current.CancellationToken);
            Assert.Equal(
                all.Where(record => record.Line >= (record.Source == first ? inFirst : inSecond)),
                await FileContent.ReadAsync(source));
        }

        await source.SeekAsync(second, 5003, TestContext.Current.CancellationToken);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => FileContent.ReadAsync(source));
        Assert.Contains("5003", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1\n2\n3", 4)]
    [InlineData("1\n2\n3\n", 4)]
    [InlineData("1\n2\n \r", 4)]
    [InlineData("1\n2\nlonger than the limit", 4)]
    public async Task SeekAsync_BehindTheLastLine_IsTheEnd_WithALineEndOrWithout(string text, long behind)
    {
        foreach (byte[] stored in (byte[][])[Encoding.ASCII.GetBytes(text), FileContent.Gzip(Encoding.ASCII.GetBytes(text))])
        {
            string path = Write("input", stored);
            await using FileEventSource source = new([path], FileContent.Parser, maxLineBytes: 10);
            await source.OpenAsync(TestContext.Current.CancellationToken);
            await source.SeekAsync(path, behind, TestContext.Current.CancellationToken);
            Assert.Empty(await FileContent.ReadAsync(source));
            await source.SeekAsync(path, behind + 1, TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<SessionizeException>(() => FileContent.ReadAsync(source));
        }
    }

    [Fact]
    public async Task BytesRead_GrowsToTotalBytes()
    {
        string[] paths = [Write("a", FileContent.Gzip(new byte[100_000])), Write("b", "1\n2\n"u8), Write("empty", [])];
        await using FileEventSource source = new(paths, FileContent.Parser);
        await source.OpenAsync(TestContext.Current.CancellationToken);
        await FileContent.ReadAsync(source);
        Assert.Equal(paths.Sum(path => new FileInfo(path).Length), source.TotalBytes);
        Assert.Equal(source.TotalBytes, source.BytesRead);
    }

    private string Write(string name, ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>The lines by semantics section 8, cut in the simplest way.</summary>
    private static List<FileRecord> Naive(string text, string path)
    {
        List<FileRecord> records = [];
        int start = text.StartsWith("\u00ef\u00bb\u00bf", StringComparison.Ordinal) ? 3 : 0;
        for (int line = 1; start < text.Length; line++)
        {
            int end = text.IndexOf('\n', start) is var found and >= 0 ? found : text.Length;
            string raw = text[start..end];
            raw = raw.EndsWith('\r') ? raw[..^1] : raw;
            if (raw.Trim(' ', '\t', '\r').Length > 0)
            {
                records.Add(new FileRecord(path, line, start, raw.Length > MaxLineBytes ? BadEventReason.LineTooLong : BadEventReason.None, raw));
            }

            start = end + 1;
        }

        return records;
    }
}
