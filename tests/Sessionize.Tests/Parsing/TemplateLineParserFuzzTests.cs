using System.Diagnostics;
using System.IO.Compression;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>The parser that matches templates against the one that does not, over lines of many shapes, whole and damaged.</summary>
/// <remarks>
/// <see cref="FuzzSettings"/> says how many lines and which; a campaign of some millions is described in <c>docs/design/0007-template-parser.md</c>.
/// </remarks>
public sealed class TemplateLineParserFuzzTests(ITestOutputHelper output)
{
    private const int LinesInBlock = 400;

    private static readonly string[] s_readings = ["judged", "nothing kept", "seconds", "microseconds", "nanoseconds", "ISO 8601", "nested", "everything", "one path"];

    /// <summary>Which fields are read, and how: the first one is the one that the second judge knows.</summary>
    public static TheoryData<string> Readings() => [.. s_readings];

    [Theory]
    [MemberData(nameof(Readings))]
    public void Next_OfDamagedLinesOfRandomShapes_AgreesWithTheParser(string reading)
    {
        LineComparison comparison = Comparison(reading);
        Random random = new(FuzzSettings.Seed + Array.IndexOf(s_readings, reading));
        for (long damaged = 0; damaged < FuzzSettings.Lines;)
        {
            damaged += CompareRandomShapes(comparison, random);
        }

        Report(reading, comparison);
        Assert.InRange(comparison.UnlikeOthers, 1, comparison.Lines * 3 / 4);
        BadEventReason[] reasons = [BadEventReason.InvalidUtf8, BadEventReason.MalformedJson, BadEventReason.MissingUserId, BadEventReason.MissingTimestamp, BadEventReason.BadTimestamp];
        Assert.All(reasons, reason => Assert.True(comparison.Reasons.GetValueOrDefault(reason) > 0, reason.ToString()));
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void Next_OfDamagedLinesOfTheSharedFiles_AgreesWithTheParser(string reading)
    {
        LineComparison comparison = Comparison(reading);
        Random random = new(FuzzSettings.Seed + Array.IndexOf(s_readings, reading));
        byte[][][] files = [.. SharedLines().Select(file => file.ToArray())];
        for (long damaged = 0; damaged < FuzzSettings.Lines;)
        {
            byte[][] lines = files[random.Next(files.Length)];
            int at = random.Next(Math.Max(1, lines.Length - LinesInBlock));
            damaged += CompareDamaged(comparison, () => lines[at++ % lines.Length], random);
        }

        Report(reading, comparison);
        Assert.InRange(comparison.UnlikeOthers, 1, comparison.Lines * 3 / 4);
    }

    [Fact]
    public void Next_OfTheSharedFilesAsTheyAre_AgreesWithTheParserAndTheJudge()
    {
        LineComparison comparison = Comparison("judged");
        foreach (IEnumerable<byte[]> file in SharedLines())
        {
            foreach (byte[][] lines in file.Chunk(10_000))
            {
                comparison.Compare(Block(lines));
            }
        }

        Report("as they are", comparison);
        Assert.True(comparison.Reasons[BadEventReason.None] > 150_000);
        Assert.InRange(comparison.UnlikeOthers, 1, comparison.Lines / 100);
    }

    [Fact]
    public void Next_OfRandomLinesForSomeTime_AgreesWithTheParserAndTheJudge()
    {
        LineComparison comparison = Comparison("judged");
        Random random = new(FuzzSettings.Seed);
        RandomRecords records = new(FuzzSettings.Seed);
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed.TotalSeconds < FuzzSettings.Seconds)
        {
            // Lines of few shapes, which are matched, then lines that are hardly ever like another.
            CompareRandomShapes(comparison, random);
            comparison.Compare(Block(Enumerable.Range(0, LinesInBlock / 4).Select(_ => records.Next())));
        }

        output.WriteLine(FuzzSettings.Shown);
        Report("some time", comparison);
        Assert.True(comparison.Lines > 0);
    }

    private static int CompareRandomShapes(LineComparison comparison, Random random)
    {
        LineShape[] shapes = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => new LineShape(random))];
        return CompareDamaged(comparison, () => shapes[random.Next(shapes.Length)].Line(), random);
    }

    /// <summary>Reads a block in which every second line is damaged, and says how many were.</summary>
    private static int CompareDamaged(LineComparison comparison, Func<byte[]> next, Random random)
    {
        if (random.Next(8) > 0)
        {
            // Else the templates that are learned at once would be those of the first shapes, and of lines whose keys were damaged.
            comparison.StartAnew();
        }

        byte[][] lines = new byte[LinesInBlock][];
        byte[] last = [];
        int damaged = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            byte[] line = next();
            lines[i] = line;
            if (random.Next(2) == 0)
            {
                damaged++;
                for (int damages = random.Next(4) == 0 ? random.Next(2, 5) : 1; damages > 0; damages--)
                {
                    lines[i] = RecordDamage.Apply(lines[i], last, random);
                }
            }

            last = line;
        }

        comparison.Compare(Block(lines));
        return damaged;
    }

    private static byte[] Block(IEnumerable<byte[]> lines)
    {
        MemoryStream block = new();
        foreach (byte[] line in lines)
        {
            block.Write(line);
            block.WriteByte((byte)'\n');
        }

        return block.ToArray();
    }

    private static LineComparison Comparison(string reading)
    {
        EventFields geo = EventField.Of("geo") | EventField.Of("geo.city");
        return reading switch
        {
            "judged" => new LineComparison(new SessionizationOptions(), geo) { Judge = ReferenceReader.Read },
            "nothing kept" => new LineComparison(new SessionizationOptions { MaxLineBytes = 900 }, EventFields.None),
            "seconds" => new LineComparison(new SessionizationOptions { TimeFormat = TimeFormat.Seconds }, geo),
            "microseconds" => new LineComparison(new SessionizationOptions { TimeFormat = TimeFormat.Microseconds }, geo),
            "nanoseconds" => new LineComparison(new SessionizationOptions { TimeFormat = TimeFormat.Nanoseconds }, geo),
            "ISO 8601" => new LineComparison(new SessionizationOptions { TimeFormat = TimeFormat.Iso8601 }, geo),
            "nested" => new LineComparison(
                new SessionizationOptions { Fields = new EventFieldNames { UserId = "user.id", Timestamp = "event_timestamp", PageName = "event_details.event_name", EventId = "geo.city.id" } },
                EventField.Of("geo.at") | EventField.Of("user")),
            "everything" => new LineComparison(
                new SessionizationOptions(),
                EventFields.Of(new[] { "geo", "geo.city", "city", "user", "id", "at", "UUID", "é", "booking_details", "event_details.event_value", "event_details" }.Select(EventField.Of))),
            _ => new LineComparison(new SessionizationOptions { Fields = new EventFieldNames { PageName = "uuid", EventId = "uuid" } }, EventField.Of("event_timestamp")),
        };
    }

    /// <summary>The lines of the shared data sets and cases, file by file.</summary>
    private static IEnumerable<IEnumerable<byte[]>> SharedLines()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(SharedFiles.Find("data"), "*.ndjson*"),
            .. Directory.EnumerateFiles(SharedFiles.Find("cases"), "*.ndjson").Where(file => !file.Contains("cut", StringComparison.Ordinal)),
        ];
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
        {
            using Stream stored = File.OpenRead(file);
            using Stream text = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stored, CompressionMode.Decompress) : stored;
            using MemoryStream bytes = new();
            text.CopyTo(bytes);
            yield return Lines(bytes.ToArray());
        }
    }

    private static IEnumerable<byte[]> Lines(byte[] text)
    {
        for (int at = 0, end; at < text.Length; at = end + 1)
        {
            end = Array.IndexOf(text, (byte)'\n', at) is var found and >= 0 ? found : text.Length;
            yield return text[at..end];
        }
    }

    private void Report(string what, LineComparison comparison) => output.WriteLine(
        $"{what}, seed {FuzzSettings.Seed}: {comparison.Lines} lines, {comparison.UnlikeOthers} left to the parser; "
        + string.Join(", ", comparison.Reasons.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}")) + $", blank {comparison.Blank}");
}
