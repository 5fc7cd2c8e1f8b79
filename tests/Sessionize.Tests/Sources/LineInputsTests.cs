using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Sessionize.Sources.Files;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Sources;

public sealed class LineInputsTests : IDisposable
{
    private const int MaxLineBytes = 40;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_StretchesOfAnyLengthOnAnyThreads_GiveEachLineOnceAtItsPlace()
    {
        for (int seed = 1; seed <= 1500; seed++)
        {
            Random random = new(seed);
            string[] paths = new string[random.Next(1, 4)];
            List<Line> expected = [];
            for (int i = 0; i < paths.Length; i++)
            {
                byte[] content = Content(random);
                paths[i] = _folder.Write($"input{i}", random.Next(4) == 0 ? Gzip(content) : content);
                expected.AddRange(Split(content, i));
            }

            int threads = random.Next(1, 4);
            InputFile[] files = [.. paths.Select(InputFile.Check)];
            LineInputs inputs = new(files, threads, MaxLineBytes, _ => { }, CancellationToken.None, stretchBytes: random.Next(1, 60));
            ConcurrentBag<Line> found = [];
            Parallel.For(0, threads, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, _ => Collect(inputs, found));

            Assert.True(
                expected.SequenceEqual(found.OrderBy(line => line.Input).ThenBy(line => line.Offset)),
                $"seed {seed}\nexpected {string.Join("\n  ", expected)}\nfound {string.Join("\n  ", found.OrderBy(line => line.Input).ThenBy(line => line.Offset))}");
        }
    }

    [Fact]
    public void Read_LinesLongerThanABlock_AreWholeOrCounted()
    {
        byte[] content = Encoding.ASCII.GetBytes(
            "a\n" + new string('b', LineBlock.DefaultBytes * 3) + "\nc\n" + new string('d', (LineBlock.DefaultBytes * 5) + 1) + "\r\n" + new string(' ', LineBlock.DefaultBytes * 6) + "\ne");
        LineInputs inputs = new([InputFile.Check(_folder.Write("input", content))], 1, LineBlock.DefaultBytes * 5, _ => { }, CancellationToken.None, stretchBytes: 100_000);
        ConcurrentBag<Line> found = [];

        Collect(inputs, found, LineBlock.DefaultBytes * 5);

        Assert.Equal(
            [(0L, 1L, 1), (2L, LineBlock.DefaultBytes * 3L, LineBlock.DefaultBytes * 3), (content.AsSpan().IndexOf((byte)'c'), 1, 1)],
            found.OrderBy(line => line.Offset).Take(3).Select(line => (line.Offset, line.Length, line.Text.Length)));
        Assert.Equal(
            [((LineBlock.DefaultBytes * 5L) + 1, DeadLetter.MaxRawBytes), (LineBlock.DefaultBytes * 6L, 0), (1L, 1)],
            found.OrderBy(line => line.Offset).Skip(3).Select(line => (line.Length, line.Text.Length)));
    }

    [Fact]
    public void TryRead_StretchWithinALineOfAnyLength_ReadsNoFurtherThanItself()
    {
        long read = 0;
        LineBlockReader reader = new(
            to =>
            {
                to.Fill((byte)'x');
                read += to.Length;
                return to.Length;
            },
            "endless", MaxLineBytes, start: 10_000_000, end: 14_000_000);

        Assert.False(reader.TryRead(new LineBlock()));
        Assert.InRange(read, 4_000_000, 4_000_000 + (2 * LineBlock.DefaultBytes));
    }

    [Fact]
    public void Read_FileThatBecameShorter_FailsAndSaysSo()
    {
        string path = _folder.Write("input", new string('x', 10) + "\n" + new string('y', 10) + "\n");
        LineInputs inputs = new([InputFile.Check(path)], 1, MaxLineBytes, _ => { }, CancellationToken.None);
        using (FileStream file = new(path, FileMode.Open))
        {
            file.SetLength(11);
        }

        SessionizeException thrown = Assert.Throws<SessionizeException>(() => Collect(inputs, []));
        Assert.Contains("became shorter", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TakeNext_DamagedInput_ThrowsWhatTheDecoderThrew()
    {
        byte[] damaged = Gzip("a\nb\n"u8.ToArray())[..^3];
        LineInputs inputs = new([InputFile.Check(_folder.Write("input.gz", damaged))], 1, MaxLineBytes, _ => { }, CancellationToken.None);
        Assert.Contains("ends too early", Assert.Throws<SessionizeException>(() => Collect(inputs, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TellsEachByteOnce()
    {
        byte[] content = Content(new Random(8), lines: 400);
        long read = 0;
        LineInputs inputs = new([InputFile.Check(_folder.Write("input", content))], 1, MaxLineBytes, bytes => read += bytes, CancellationToken.None, stretchBytes: 37);
        Collect(inputs, []);
        Assert.Equal(content.Length, read);
    }

    private static void Collect(LineInputs inputs, ConcurrentBag<Line> found, int maxLineBytes = MaxLineBytes)
    {
        LineBlock own = new();
        while (inputs.TakeNext() is { } stretch)
        {
            foreach (LineBlock block in inputs.Read(stretch, own))
            {
                Collect(block, stretch.Partition, found, maxLineBytes);
            }

            inputs.Return(stretch);
        }
    }

    private static void Collect(LineBlock block, int input, ConcurrentBag<Line> found, int maxLineBytes)
    {
        if (block.LongLineBytes > 0)
        {
            found.Add(new Line(input, block.Offset, block.LongLineBytes, Encoding.Latin1.GetString(block.Bytes)));
            return;
        }

        Assert.Equal((byte)'\n', block.Bytes[^1]);
        long offset = block.Offset;
        foreach (string line in Encoding.Latin1.GetString(block.Bytes[..^1]).Split('\n'))
        {
            found.Add(line.Length > maxLineBytes + 1 ? Long(input, offset, line) : new Line(input, offset, line.Length, line));
            offset += line.Length + 1;
        }
    }

    private static IEnumerable<Line> Split(byte[] content, int input)
    {
        string text = Encoding.Latin1.GetString(content);
        int start = text.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? 3 : 0;
        while (start < text.Length)
        {
            int end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            string line = text[start..end];
            yield return line.Length > MaxLineBytes + 1 ? Long(input, start, line) : new Line(input, start, line.Length, line);
            start = end + 1;
        }
    }

    private static Line Long(int input, long offset, string line)
    {
        string trimmed = line.EndsWith('\r') ? line[..^1] : line;
        return new Line(input, offset, trimmed.Length, trimmed.Trim(' ', '\t', '\r').Length == 0 ? "" : trimmed[..Math.Min(trimmed.Length, DeadLetter.MaxRawBytes)]);
    }

    private static byte[] Content(Random random, int lines = 30)
    {
        StringBuilder text = new(random.Next(4) == 0 ? "\u00EF\u00BB\u00BF" : "");
        int count = random.Next(lines);
        for (int i = 0; i < count; i++)
        {
            text.Append((char)('a' + (i % 26)), random.Next(8) == 0 ? random.Next(30, 200) : random.Next(12));
            text.Append(random.Next(6) switch { 0 => "\r\n", 1 => " \n", 2 => "\n\n", _ => "\n" });
        }

        if (random.Next(2) == 0)
        {
            text.Append('z', random.Next(1, 60));
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private readonly record struct Line(int Input, long Offset, long Length, string Text);
}
