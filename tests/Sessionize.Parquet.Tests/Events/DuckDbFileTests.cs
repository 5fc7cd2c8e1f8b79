using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Events;

/// <summary>Files that DuckDB wrote: its types, encodings and compressions.</summary>
public sealed class DuckDbFileTests : IDisposable
{
    private const long First = 1_704_110_400_123;
    private const int Rows = 5000;

    // By the number i of a row: a user, a page with letters beyond ASCII that begins like its neighbours', an id that is null at times.
    private const string Events = "select 'user-' || i % 97 as uuid, case when i % 5 = 0 then null else 'prüfung/日本/' || i % 11 end as page_name, "
        + "case when i % 3 = 0 then null else 'id-' || i end as event_id, ";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("(1704110400123 + i)::varchar")]
    [InlineData("1704110400123 + i")]
    [InlineData("(1704110400123 + i)::ubigint")]
    [InlineData("make_timestamp((1704110400123 + i) * 1000 + 999)")]
    [InlineData("make_timestamp((1704110400123 + i) * 1000)::timestamp_ms")]
    [InlineData("make_timestamp_ns((1704110400123 + i) * 1000000 + 999999)")]
    [InlineData("make_timestamp((1704110400123 + i) * 1000 + 1)::timestamptz")]
    public async Task Times_OfEveryType_AreRead(string time) =>
        await AssertEventsAsync($"{Events} {time} as event_timestamp from range({Rows}) r(i)", "compression zstd");

    [Theory]
    [InlineData("compression uncompressed")]
    [InlineData("compression snappy")]
    [InlineData("compression gzip")]
    [InlineData("compression brotli")]
    [InlineData("compression lz4_raw")]
    [InlineData("compression zstd, row_group_size 2048")]
    [InlineData("compression zstd, parquet_version v2")]
    [InlineData("compression snappy, parquet_version v2, dictionary_size_limit 1")]
    [InlineData("compression uncompressed, parquet_version v2, string_dictionary_page_size_limit 10")]
    public async Task Files_OfEveryCompressionAndVersion_AreRead(string options) =>
        await AssertEventsAsync($"{Events} 1704110400123 + i as event_timestamp from range({Rows}) r(i)", options);

    [Fact]
    public async Task Columns_OfOtherTypes_AreText()
    {
        string path = await CopyAsync(
            "select '00112233-4455-6677-8899-aabbccddeeff'::uuid as uuid, 5::bigint as event_timestamp, "
            + "'home'::enum('home', 'cart') as page_name, 17::utinyint as event_id, {'campaign': {'name': 'spring'}} as utm",
            "compression zstd");
        EventRow row = Assert.Single(await EventFiles.ReadAsync(path, null, EventField.Of("utm.campaign.name")));
        Assert.Equal(new EventRow(path, 0, BadEventReason.None, "00112233-4455-6677-8899-aabbccddeeff", 5, "home", "17", "spring"), row);
    }

    [Fact]
    public async Task Columns_OfNullsOnly_AreAbsent_AndColumnsThatNobodyReadsMayBeAnything()
    {
        string path = await CopyAsync(
            "select 'u' as uuid, 5::bigint as event_timestamp, null::varchar as page_name, null::varchar as event_id, "
            + "[1, 2] as list, map {'a': [{'b': 1.5}]} as map, 1.5::decimal(30, 3) as decimal, interval 1 day as span, '101'::bit as bits, time '12:00' as clock from range(3000)",
            "compression zstd");
        List<EventRow> rows = await EventFiles.ReadAsync(path);
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => new EventRow(path, i, BadEventReason.None, "u", 5, "", "", "")), rows);
    }

    private async Task AssertEventsAsync(string select, string options)
    {
        string path = await CopyAsync(select, options);
        Assert.Equal(
            Enumerable.Range(0, Rows).Select(i => new EventRow(
                path, i, BadEventReason.None, $"user-{i % 97}", First + i, i % 5 == 0 ? "" : $"prüfung/日本/{i % 11}", i % 3 == 0 ? "" : $"id-{i}", "")),
            await EventFiles.ReadAsync(path));
    }

    private async Task<string> CopyAsync(string select, string options)
    {
        string path = _folder.File("a.parquet");
        await DuckDb.RunAsync($"copy ({select}) to '{path}' (format parquet, {options})", TestContext.Current.CancellationToken);
        return path;
    }
}
