using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Schema;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Columns;

public sealed class RowGroupEncoderTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Property(MaxTest = 100)]
    public Property Encode_HostileSessions_ReadBackEqual() => Prop.ForAll(
        HostileSessions.Arbitrary, Options(), Gen.Choose(1, 50).ToArbitrary(), (sessions, options, rows) =>
        {
            (byte[] file, _) = SessionFiles.Write(sessions.Chunk(rows), options);
            Assert.Equal(sessions, ReadSessions.Of(file));
        });

    [Fact]
    public void Encode_FurtherRowGroup_MakesNoObjectARow()
    {
        const int Rows = 50_000;
        SessionBatch batch = SessionFiles.Batch(Enumerable.Range(0, Rows).Select(n => StatisticsTests.Example with
        {
            UserId = $"user-{n / 3}",
            SessionId = $"session-{n}",
            StartMs = n,
            EndMs = 3L * n,
            EventCount = n % 50,
            EntryPage = n % 9 == 0 ? null : $"page-{n % 100}",
            PagesVisited = [$"page-{n % 100}", $"page-{n * 7L % 300}"],
        }));
        using RowGroupEncoder encoder = new(SessionParquetSchema.AllColumns, new ParquetSessionOptions().ToSettings(), new SegmentPool());
        encoder.Encode(batch).Bytes.Release();

        long before = GC.GetAllocatedBytesForCurrentThread();
        encoder.Encode(batch).Bytes.Release();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Rows);
    }

    /// <summary>Texts too many for a dictionary fill several pages; the end of the second must not be counted beyond the greatest integer.</summary>
    [Fact]
    public async Task Encode_PagesOfAnyNumberOfRows_EndByTheirBytes()
    {
        Session[] sessions = [.. Enumerable.Range(0, 60_000).Select(n => StatisticsTests.Example with
        {
            UserId = $"a user whom no other row has, with the number {n}",
            EntryPage = $"/a page that no other row has, with the number {n}",
            PagesVisited = [$"/a page that no other row has, with the number {n}", $"/another one, with the number {n}"],
        })];

        byte[] file = await Task.Run(() => SessionFiles.Write([sessions], new ParquetSessionOptions { PageRows = int.MaxValue }).File, TestContext.Current.CancellationToken)
            .WaitAsync(s_limit, TestContext.Current.CancellationToken);

        Assert.Equal(sessions, ReadSessions.Of(file));
        Assert.All(
            Layout.Chunks(file).Where(chunk => chunk.Path is "uuid" or "entry_page" or "pages_visited.list.element"),
            chunk => Assert.True(chunk is { DictionaryOffset: null, Pages.Count: > 2 }, $"{chunk.Path} has {chunk.Pages.Count} pages"));
    }

    private static Arbitrary<ParquetSessionOptions> Options() =>
        (from compression in Gen.Elements(ParquetCompression.Zstd, ParquetCompression.None)
         from rows in Gen.Elements(1, 3, 8, 9, 20_000, int.MaxValue)
         from bytes in Gen.Elements(1024, 1 << 20)
         select new ParquetSessionOptions { Compression = compression, PageRows = rows, PageBytes = bytes }).ToArbitrary();
}
