using System.Globalization;
using System.Text.Json;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Reading;
using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>Reads tables with this library, all columns, so that rows can be compared with those of other readers.</summary>
internal static class OurReader
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens a table's folder.</summary>
    public static ValueTask<IcebergSessionTable> OpenAsync(string folder) =>
        IcebergSessionTable.OpenAsync(new IcebergTableOptions { Name = folder }, cancellationToken: Token);

    /// <summary>Reads all rows of a table's folder.</summary>
    public static async Task<TableRows> ReadAsync(string folder, long? snapshotId = null)
    {
        await using IcebergSessionTable table = await OpenAsync(folder);
        return await ReadAsync(table, snapshotId, _ => RowFilter.Everything);
    }

    /// <summary>Reads the rows that fit.</summary>
    public static async Task<TableRows> ReadAsync(IcebergSessionTable table, long? snapshotId, Func<IcebergSchema, RowFilter> filter)
    {
        SnapshotChoice choice = SnapshotChoice.Of(table.Name, table.Files.Metadata, snapshotId, asOf: null);
        ScanPlan plan = await new ScanPlanner(table.Files, choice, filter(choice.Schema)).PlanAsync(Token);
        List<JsonElement> found = [];
        await foreach ((RowBlock block, IReadOnlyList<int> rows) in new TableScan(table.Files, plan).ReadAsync(choice.Schema.Fields, Token))
        {
            foreach (int row in rows)
            {
                found.Add(JsonSerializer.SerializeToElement(choice.Schema.Fields.ToDictionary(field => field.Name, field => Shown(field.Type, block.Value(field.Id, row)))));
            }
        }

        return new TableRows(found);
    }

    private static object? Shown(IcebergType type, object? value) => value switch
    {
        null => null,
        IReadOnlyList<object?> list => list.Select(element => Shown(((ListType)type).Element, element)).ToArray(),
        long time when type is PrimitiveType { Kind: PrimitiveKind.TimestampTz } => Time(time) + "Z",
        long time when type is PrimitiveType { Kind: PrimitiveKind.Timestamp } => Time(time),
        int day when type is PrimitiveType { Kind: PrimitiveKind.Date } => DateTime.UnixEpoch.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Int128 unscaled => (new decimal((long)unscaled) / (decimal)Math.Pow(10, ((PrimitiveType)type).Scale)).ToString("F" + ((PrimitiveType)type).Scale, CultureInfo.InvariantCulture),
        double.NaN => "NaN",
        Guid uuid => uuid.ToString("D"),
        BinaryValue bytes => "0x" + Convert.ToHexStringLower(bytes.Bytes),
        _ => value,
    };

    private static string Time(long microseconds) =>
        DateTime.UnixEpoch.AddTicks(microseconds * 10).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
