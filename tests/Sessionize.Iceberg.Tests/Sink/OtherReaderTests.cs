using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>ClickHouse and icebird, which know no catalogs but read a table's folder, on tables of every catalog and layout.</summary>
public sealed class OtherReaderTests(S3Server s3, RestCatalogServer rest, IceCheck java, ClickHouseIceberg clickHouse, IcebirdIceberg icebird) : IAsyncDisposable
{
    private static readonly string[] s_layouts = ["session_date,user_hash_bucket", "day(session_start_time),bucket(4,uuid)", "hour(session_start_time)", "none"];

    private readonly TablePlaces _places = new(s3, rest);

    public static TheoryData<TablePlaceKind> Local => [TablePlaceKind.HadoopLocal, TablePlaceKind.SqliteLocal, TablePlaceKind.PostgresLocal, TablePlaceKind.RestLocal];

    public static TheoryData<TablePlaceKind> OnS3 => [TablePlaceKind.HadoopS3, TablePlaceKind.SqliteS3];

    [Theory]
    [MemberData(nameof(Local))]
    public async Task LocalFolder_EveryLayout_BothReadWhatJavaReads(TablePlaceKind kind)
    {
        foreach (string layout in s_layouts)
        {
            TablePlace place = await WrittenAsync(kind, layout);
            string folder = $"{WarehouseOf(place)}/{place.Options().Name.Replace('.', '/')}";
            string newest = Directory.GetFiles($"{folder}/metadata", "*.metadata.json").Select(file => Path.GetFileName(file)).Max(StringComparer.Ordinal)!;

            TableRows expected = await java.ReadAsync(place.Address);
            TableRows.AssertEqual(expected, await clickHouse.ReadAsync(folder));
            TableRows.AssertEqual(expected, await icebird.ReadAsync(folder, kind == TablePlaceKind.HadoopLocal ? null : newest));
        }
    }

    [Theory]
    [MemberData(nameof(OnS3))]
    public async Task S3Folder_TwoLayouts_ClickHouseReadsWhatJavaReads(TablePlaceKind kind)
    {
        foreach (string layout in s_layouts[..2])
        {
            TablePlace place = await WrittenAsync(kind, layout);
            string location = $"{WarehouseOf(place)}/{place.Options().Name.Replace('.', '/')}";
            TableRows.AssertEqual(await java.ReadAsync(place.Address), await clickHouse.ReadAsync(TableAddress.OnS3(s3, location)));
        }
    }

    public ValueTask DisposeAsync() => _places.DisposeAsync();

    private static string WarehouseOf(TablePlace place) => place.Address.Rest?.Warehouse ?? place.Options().Warehouse;

    private async Task<TablePlace> WrittenAsync(TablePlaceKind kind, string layout)
    {
        TablePlace place = (await _places.NewAsync(kind)).With(options => options.PartitionBy = layout);
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        await driver.CommitAsync(20);
        await driver.CommitAsync(20);
        return place;
    }
}
