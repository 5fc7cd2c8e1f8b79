using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Columns;

/// <summary>The statistics in the file, against the sessions that were written.</summary>
public sealed class StatisticsTests
{
    private const int TextType = 6;
    private const int DoubleType = 5;
    private const int MostTextBytes = 64;

    [Property(MaxTest = 100)]
    public Property Statistics_OfChunksAndPages_HoldAllValuesAndAreTight() => Prop.ForAll(
        HostileSessions.Arbitrary, Gen.Elements(1, 2, 7, 20_000).ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), (sessions, pageRows, rows) =>
        {
            (byte[] file, _) = SessionFiles.Write(sessions.Chunk(rows), new ParquetSessionOptions { PageRows = pageRows, PageBytes = 1024 });
            Session[][] groups = [.. sessions.Chunk(rows)];
            List<ChunkLayout> chunks = Layout.Chunks(file);
            Assert.Equal(groups.Length * 19, chunks.Count);
            for (int i = 0; i < chunks.Count; i++)
            {
                CheckChunk(chunks[i], groups[i / 19]);
            }
        });

    [Fact]
    public void Statistics_DurationOfZero_HasBothZeros()
    {
        ChunkLayout chunk = Chunk("session_duration_seconds", Example with { StartMs = 5, EndMs = 5 });

        Assert.Equal(BitConverter.GetBytes(-0.0), chunk.Min);
        Assert.Equal(BitConverter.GetBytes(0.0), chunk.Max);
    }

    [Fact]
    public void Statistics_TextsBeyondTheBasicPlane_AreInTheOrderOfUtf8()
    {
        ChunkLayout chunk = Chunk("session_id", [.. new[] { "\uffff", "😀", "a" }.Select(id => Example with { SessionId = id })]);

        Assert.Equal("a", Encoding.UTF8.GetString(chunk.Min!));
        Assert.Equal("😀", Encoding.UTF8.GetString(chunk.Max!));
    }

    [Fact]
    public void Statistics_GreatestTextWithNoneAbove_IsLeftOutOfTheChunkOnly()
    {
        string text = string.Concat(Enumerable.Repeat("\U0010ffff", 1000));
        ChunkLayout chunk = Chunk("entry_page", Example with { EntryPage = text });

        Assert.Null(chunk.Max);
        Assert.Null(chunk.IsMaxExact);
        Assert.False(chunk.IsMinExact);
        Assert.Equal(Encoding.UTF8.GetBytes(text), Assert.Single(chunk.Pages).Max);
    }

    [Theory]
    [InlineData("\u007f", "\u0080")]
    [InlineData("\u07ff", "\u0800")]
    [InlineData("\ud7ff", "\ue000")]
    [InlineData("\uffff", "\U00010000")]
    public void Statistics_LastCharacterBeforeTheCut_IsTheNextOneInTheBoundAbove(string last, string next)
    {
        string before = new('a', MostTextBytes - Encoding.UTF8.GetByteCount(last));
        ChunkLayout chunk = Chunk("entry_page", Example with { EntryPage = before + last + "x" });

        Assert.Equal(before + last, Encoding.UTF8.GetString(chunk.Min!));
        Assert.Equal(before + next, Encoding.UTF8.GetString(chunk.Max!));
        Assert.False(chunk.IsMaxExact);
    }

    [Fact]
    public void Statistics_OnlyNulls_HaveACountAndNoBounds()
    {
        ChunkLayout chunk = Chunk("exit_page", Example with { ExitPage = null }, Example with { ExitPage = null });

        Assert.Equal(2, chunk.NullCount);
        Assert.Equal([null, null], [chunk.Min, chunk.Max]);
        Assert.Null(Assert.Single(chunk.Pages).Min);
    }

    [Theory]
    [InlineData(1, "a", "b", "b", "c")]
    [InlineData(2, "c", "b", "b", "a")]
    [InlineData(0, "a", "c", "b", "d")]
    [InlineData(1, "a", null, "b", "c")]
    [InlineData(1, null, null, "b", null)]
    public void Statistics_OrderOfPages_IsToldByTheirBounds(int order, params string?[] pages) => Assert.Equal(
        order, Chunk("entry_page", new ParquetSessionOptions { PageRows = 1 }, [.. pages.Select(page => Example with { EntryPage = page })]).BoundaryOrder);

    internal static Session Example { get; } = new()
    {
        UserId = "u",
        SessionId = "u_session_1_0",
        StartMs = 1714996800000,
        EndMs = 1714996801500,
        EventCount = 2,
        EndReason = EndReasons.Inactivity,
        VisitStartMs = 1714996800000,
    };

    private static ChunkLayout Chunk(string path, params Session[] sessions) => Chunk(path, new ParquetSessionOptions(), sessions);

    private static ChunkLayout Chunk(string path, ParquetSessionOptions options, params Session[] sessions) =>
        Layout.Chunks(SessionFiles.Write([sessions], options).File).Single(chunk => chunk.Path == path);

    private static void CheckChunk(ChunkLayout chunk, Session[] sessions)
    {
        CheckBounds(chunk.Type, chunk.Path, sessions, chunk.Min, chunk.Max, chunk.NullCount);
        byte[][] values = [.. sessions.SelectMany(session => ColumnValues.Of(session, chunk.Path))];
        if (values.Length > 0)
        {
            Assert.Equal(chunk.IsMinExact, chunk.Type != TextType || values.Contains(chunk.Min, ByteArrays));
            Assert.Equal(chunk.IsMaxExact ?? false, chunk.Max is not null && (chunk.Type != TextType || values.Max(Order(chunk.Type))!.SequenceEqual(chunk.Max)));
        }

        Assert.Equal(sessions.Length, chunk.Pages.Sum(page => page.RowCount));
        foreach (PageLayout page in chunk.Pages)
        {
            CheckBounds(chunk.Type, chunk.Path, sessions[page.FirstRow..(page.FirstRow + page.RowCount)], page.Min, page.Max, page.NullCount);
            Assert.True(page.Min is null || page.Max is not null);
        }
    }

    private static void CheckBounds(int type, string path, Session[] sessions, byte[]? min, byte[]? max, long nullCount)
    {
        byte[][][] rows = [.. sessions.Select(session => ColumnValues.Of(session, path))];
        Assert.Equal(rows.Count(values => values.Length == 0), nullCount);
        byte[][] all = [.. rows.SelectMany(values => values)];
        if (all.Length == 0)
        {
            Assert.Equal([null, null], [min, max]);
            return;
        }

        byte[] least = all.Min(Order(type))!;
        byte[] greatest = all.Max(Order(type))!;
        if (type != TextType)
        {
            // Equal as numbers: of a zero duration the bounds have the outer signs.
            Assert.Equal(0, ColumnValues.Compare(type, least, min!));
            Assert.Equal(0, ColumnValues.Compare(type, greatest, max!));
            Assert.False(type == DoubleType && double.IsNaN(BitConverter.ToDouble(min!)));
            return;
        }

        Assert.True(least.AsSpan().StartsWith(min), "The least value does not begin with the bound.");
        Assert.Equal(LongestPrefix(least), min!.Length);
        if (max is not null && !max.SequenceEqual(greatest))
        {
            CheckAbove(greatest, max);
        }
    }

    /// <summary>A bound above is the value's prefix, but for its last character, which is the next one.</summary>
    private static void CheckAbove(byte[] value, byte[] bound)
    {
        // The next character may take a byte more.
        Assert.True(value.Length > MostTextBytes && bound.Length <= MostTextBytes + 1);
        Rune[] runes = [.. Encoding.UTF8.GetString(bound).EnumerateRunes()];
        Rune[] ofValue = [.. Encoding.UTF8.GetString(value).EnumerateRunes()];
        Assert.Equal(ofValue[..(runes.Length - 1)], runes[..^1]);
        int before = ofValue[runes.Length - 1].Value;
        Assert.Equal(before == 0xD7FF ? 0xE000 : before + 1, runes[^1].Value);

        // What was cut off behind it were characters with none above them.
        int next = bound.Length;
        Assert.All(ofValue[runes.Length..], rune => Assert.True(rune.Value == 0x10FFFF || (next += rune.Utf8SequenceLength) > MostTextBytes - 4));
    }

    private static int LongestPrefix(byte[] text)
    {
        int length = 0;
        foreach (Rune rune in Encoding.UTF8.GetString(text).EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength > MostTextBytes)
            {
                break;
            }

            length += rune.Utf8SequenceLength;
        }

        return length;
    }

    private static Comparer<byte[]> Order(int type) => Comparer<byte[]>.Create((left, right) => ColumnValues.Compare(type, left, right));

    private static EqualityComparer<byte[]?> ByteArrays { get; } =
        EqualityComparer<byte[]?>.Create((left, right) => left!.AsSpan().SequenceEqual(right), bytes => bytes!.Length);
}
