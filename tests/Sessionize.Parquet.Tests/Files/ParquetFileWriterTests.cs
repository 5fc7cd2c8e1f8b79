using System.IO.Hashing;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Parquet.Tests.Columns;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Files;

/// <summary>The file's structure, read with nothing but the format's description.</summary>
public sealed class ParquetFileWriterTests
{
    private const int Plain = 0;
    private const int RleDictionary = 8;

    [Property(MaxTest = 60)]
    public Property Pages_Headers_AgreeWithTheIndexAndTheirChecksums() => Prop.ForAll(
        HostileSessions.Arbitrary, Gen.Elements(1, 5, 20_000).ToArbitrary(), (sessions, pageRows) =>
        {
            (byte[] file, _) = SessionFiles.Write(sessions.Chunk(30), new ParquetSessionOptions { PageRows = pageRows, PageBytes = 1024 });
            long end = 4;
            foreach (ChunkLayout chunk in Layout.Chunks(file))
            {
                end = CheckPages(file, chunk, end);
            }
        });

    [Fact]
    public void Footer_OfAllColumns_HasIdsOnLeavesAndOnTheList()
    {
        (byte[] file, _) = SessionFiles.Write([[StatisticsTests.Example]]);
        string[] schema = [.. Layout.List(Layout.Footer(file), 2).Select(Describe)];

        Assert.Equal(
            [
                "table - ", "uuid optional 1", "session_id optional 2", "session_start_time_ms optional 3", "session_end_time_ms optional 4",
                "session_start_time optional 5", "session_end_time optional 6", "session_duration_seconds optional 7", "event_count optional 8",
                "pages_visited optional 9", "list repeated ", "element optional 20", "entry_page optional 10", "exit_page optional 11",
                "page_view_count optional 12", "is_bounce optional 13", "end_reason optional 14", "visit_start_time_ms optional 15",
                "session_index optional 16", "revision optional 17", "session_date optional 18", "user_hash_bucket optional 19",
            ],
            schema);
    }

    [Fact]
    public void Footer_ColumnOrders_AreThoseOfTheTypes()
    {
        (byte[] file, _) = SessionFiles.Write([[StatisticsTests.Example]]);

        List<Dictionary<int, object>> orders = [.. Layout.List(Layout.Footer(file), 7)];
        Assert.Equal(19, orders.Count);
        Assert.All(orders, order => Assert.Equal(1, Assert.Single(order).Key));
    }

    [Fact]
    public void Footer_CreatedBy_HasTheFormThatReadersParse()
    {
        (byte[] file, _) = SessionFiles.Write([[StatisticsTests.Example]]);

        Assert.Matches("^Sessionize version [0-9]+\\.[0-9]+\\.[0-9]+$", Encoding.UTF8.GetString((byte[])Layout.Footer(file)[6]));
    }

    [Fact]
    public void Footer_Properties_AreThoseGiven()
    {
        (byte[] file, _) = SessionFiles.Write([[StatisticsTests.Example]], properties: [new("iceberg.schema", "{}"), new("é", "😀")]);

        Assert.Equal(
            ["iceberg.schema={}", "é=😀"],
            Layout.List(Layout.Footer(file), 5).Select(pair => $"{Encoding.UTF8.GetString((byte[])pair[1])}={Encoding.UTF8.GetString((byte[])pair[2])}"));
    }

    [Fact]
    public void Footer_WithoutRows_HasTheSchema()
    {
        (byte[] file, _) = SessionFiles.Write([]);

        Dictionary<int, object> footer = Layout.Footer(file);
        Assert.Equal(0L, footer[3]);
        Assert.Empty(Layout.List(footer, 4));
        Assert.Equal(22, Layout.List(footer, 2).Count());
        Assert.Empty(ReadSessions.Of(file));
    }

    [Fact]
    public void Footer_ManyRowGroups_StandOneBehindTheOther()
    {
        Session[] sessions = [.. Enumerable.Range(0, 1000).Select(n => StatisticsTests.Example with { SessionId = $"s{n}", UserId = $"u{n / 3}" })];
        (byte[] file, _) = SessionFiles.Write(sessions.Chunk(2));

        long next = 4;
        foreach (Dictionary<int, object> rowGroup in Layout.List(Layout.Footer(file), 4))
        {
            Assert.Equal(next, rowGroup[5]);
            next += (long)rowGroup[6];
        }

        Assert.Equal(sessions, ReadSessions.Of(file));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Pages_ManyRows_EndAtTheRowLimit(int pageRows)
    {
        Session[] sessions = [.. Enumerable.Range(0, 10).Select(n => StatisticsTests.Example with { PagesVisited = n % 2 == 0 ? [] : ["a", "b"] })];
        (byte[] file, _) = SessionFiles.Write([sessions], new ParquetSessionOptions { PageRows = pageRows });

        Assert.All(Layout.Chunks(file), chunk => Assert.Equal(sessions.Chunk(pageRows).Select(rows => rows.Length), chunk.Pages.Select(page => page.RowCount)));
    }

    [Fact]
    public void Pages_LongTexts_EndAtTheByteLimit()
    {
        Session[] sessions = [.. Enumerable.Range(0, 10).Select(n => StatisticsTests.Example with { SessionId = new string((char)('a' + n), 400), PagesVisited = [$"{n}" + new string('x', 600)] })];
        (byte[] file, _) = SessionFiles.Write([sessions], new ParquetSessionOptions { PageBytes = 1024 });

        Assert.Equal([2, 2, 2, 2, 2], Layout.Chunks(file).Single(chunk => chunk.Path == "session_id").Pages.Select(page => page.RowCount));
        Assert.Equal(10, Layout.Chunks(file).Single(chunk => chunk.Path == "pages_visited.list.element").Pages.Count);
    }

    [Fact]
    public void Dictionary_TextsThatRepeat_HoldsTheColumnsOwnOnly()
    {
        Session[] sessions = [.. Enumerable.Range(0, 50).Select(n => StatisticsTests.Example with { EntryPage = $"entry-{n % 3}", ExitPage = $"exit-{n % 2}", PagesVisited = ["other"] })];
        (byte[] file, _) = SessionFiles.Write([sessions], new ParquetSessionOptions { Compression = ParquetCompression.None });

        List<ChunkLayout> chunks = Layout.Chunks(file);
        Assert.Equal(3, DictionaryCount(file, chunks, "entry_page"));
        Assert.Equal(2, DictionaryCount(file, chunks, "exit_page"));
        Assert.Equal(1, DictionaryCount(file, chunks, "pages_visited.list.element"));
        Assert.Null(chunks.Single(chunk => chunk.Path == "session_id").DictionaryOffset);
    }

    [Fact]
    public void Dictionary_TextsThatDoNotRepeat_IsNotMade()
    {
        Session[] sessions = [.. Enumerable.Range(0, 50).Select(n => StatisticsTests.Example with { UserId = $"user-{n}" })];

        Assert.Null(Layout.Chunks(SessionFiles.Write([sessions]).File).Single(chunk => chunk.Path == "uuid").DictionaryOffset);
    }

    [Fact]
    public void Dictionary_LargerThanReadersHold_IsNotMade()
    {
        // Each of 3,000 texts of 1,000 bytes occurs twice: it would pay, but has 3 MB.
        Session[] sessions = [.. Enumerable.Range(0, 6000).Select(n => StatisticsTests.Example with { EntryPage = $"{n / 2:D1000}" })];

        Assert.Null(Layout.Chunks(SessionFiles.Write([sessions]).File).Single(chunk => chunk.Path == "entry_page").DictionaryOffset);
    }

    private static long DictionaryCount(byte[] file, List<ChunkLayout> chunks, string path)
    {
        Thrift thrift = new(file, (int)chunks.Single(chunk => chunk.Path == path).DictionaryOffset!.Value);
        return (long)((Dictionary<int, object>)thrift.Structure()[7])[1];
    }

    private static string Describe(Dictionary<int, object> element) =>
        $"{Encoding.UTF8.GetString((byte[])element[4])} {(element.TryGetValue(3, out object? kind) ? new[] { "required", "optional", "repeated" }[(long)kind] : "-")} {element.GetValueOrDefault(9)}";

    private static long CheckPages(byte[] file, ChunkLayout chunk, long start)
    {
        long uncompressed = 0;
        long values = 0;
        long position = start;
        if (chunk.DictionaryOffset is not null)
        {
            Assert.Equal(start, chunk.DictionaryOffset);
            (Dictionary<int, object> header, int length) = CheckPage(file, position);
            Assert.Equal(2L, header[1]);
            uncompressed += length;
            position += length - (long)header[2] + (long)header[3];
        }

        Assert.Equal(position, chunk.DataOffset);
        foreach (PageLayout page in chunk.Pages)
        {
            Assert.Equal(position, page.Offset);
            (Dictionary<int, object> header, int length) = CheckPage(file, position);
            Assert.Equal(0L, header[1]);
            Dictionary<int, object> data = (Dictionary<int, object>)header[5];
            Assert.Equal(chunk.DictionaryOffset is null ? Plain : RleDictionary, (long)data[2]);
            Assert.Equal(page.Size, length - (long)header[2] + (long)header[3]);
            values += (long)data[1];
            uncompressed += length;
            position += page.Size;
        }

        Assert.Equal(chunk.ValueCount, values);
        Assert.Equal(chunk.UncompressedSize, uncompressed);
        Assert.Equal(chunk.CompressedSize, position - start);
        return position;
    }

    /// <summary>Reads a page's header; the length is that of header and content, as if nothing were compressed.</summary>
    private static (Dictionary<int, object> Header, int Length) CheckPage(byte[] file, long position)
    {
        Thrift thrift = new(file, (int)position);
        Dictionary<int, object> header = thrift.Structure();
        ReadOnlySpan<byte> content = file.AsSpan(thrift.Position, (int)(long)header[3]);
        Assert.Equal((int)Crc32.HashToUInt32(content), (long)header[4]);
        return (header, (int)(thrift.Position - position + (long)header[2]));
    }
}
