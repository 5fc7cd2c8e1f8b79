using Parquet;
using Parquet.Schema;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Reading;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Reading;

/// <summary>Files of other writers, without field ids, whose columns are stored in ways that this library does not write.</summary>
public sealed class StoredTypeTests : IDisposable
{
    private const string Mapping = """[{"field-id":1,"names":["c","column"]}]""";

    private static readonly DateTime s_time = new(1969, 12, 31, 23, 59, 58, 765, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DateTimeFormat.Impala)]
    [InlineData(DateTimeFormat.DateAndTime)]
    [InlineData(DateTimeFormat.DateAndTimeMicros)]
    public async Task Read_TimesOfEveryKind_AreMicroseconds(DateTimeFormat format)
    {
        await WriteAsync(new DateTimeDataField("c", format, isNullable: false), [s_time, s_time.AddDays(20_000)]);

        Assert.Equal([-1_235_000L, -1_235_000L + (20_000 * 86_400_000_000L)], await ReadAsync(PrimitiveKind.TimestampTz));
    }

    [Fact]
    public async Task Read_NarrowerNumbers_AreWidened()
    {
        await WriteAsync(new DataField<int>("column"), [7, int.MinValue]);
        Assert.Equal([7L, (long)int.MinValue], await ReadAsync(PrimitiveKind.Long));

        await WriteAsync(new DataField<float>("c"), [1.5f, float.NaN]);
        Assert.Equal([1.5, double.NaN], await ReadAsync(PrimitiveKind.Double));

        await WriteAsync(new DataField<uint>("c"), [uint.MaxValue]);
        Assert.Equal([(long)uint.MaxValue], await ReadAsync(PrimitiveKind.Long));
    }

    [Fact]
    public async Task Read_Decimals_HaveTheirUnscaledNumber()
    {
        await WriteAsync(new DecimalDataField("c", 20, 2, isNullable: false), [12.34m, -0.01m]);

        Assert.Equal([(Int128)1234, (Int128)(-1)], await ReadAsync(PrimitiveKind.Decimal));
    }

    [Fact]
    public async Task Read_AnotherType_IsASentenceWithBoth()
    {
        await WriteAsync(new DataField<double>("c"), [1.0]);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => ReadAsync(PrimitiveKind.Long));

        Assert.Contains("stored as DOUBLE, and the table says long", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_NoIdsAndNoMapping_IsASentenceWithTheRemedy()
    {
        await WriteAsync(new DataField<long>("c"), [1L]);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => ReadAsync(PrimitiveKind.Long, mapping: null));

        Assert.Contains("schema.name-mapping.default", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_ColumnThatTheFileLacks_IsThePartitionsValueOrNull()
    {
        await WriteAsync(new DataField<long>("other"), [1L, 2L]);
        PartitionSpec identity = new(0, [new PartitionField(1, 1000, "c", new Transform(TransformKind.Identity))]);

        Assert.Equal([null, null], await ReadAsync(PrimitiveKind.Long));
        Assert.Equal([9L, 9L], await ReadAsync(PrimitiveKind.Long, spec: identity, partition: 9));
    }

    [Fact]
    public async Task RangeOf_WriterWithoutColumnOrders_IsNotTrusted()
    {
        // Parquet.Net writes the bounds of microseconds in milliseconds.
        await WriteAsync(new DateTimeDataField("c", DateTimeFormat.DateAndTimeMicros, isNullable: false), [new DateTime(2025, 3, 1, 12, 0, 0, DateTimeKind.Utc)]);
        long noon = new DateTimeOffset(2025, 3, 1, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000;

        Assert.Equal([noon], await ReadAsync(PrimitiveKind.TimestampTz, filter: new RowFilter.Compare(1, ComparisonKind.GreaterOrEqual, noon)));
    }

    private async Task WriteAsync<T>(DataField field, T[] values)
        where T : struct
    {
        await using FileStream stream = File.Create(_folder.File("f.parquet"));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(field), stream, cancellationToken: Token);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync<T>(field, values, cancellationToken: Token);
        group.CompleteValidate();
    }

    private async Task<object?[]> ReadAsync(
        PrimitiveKind kind, string? mapping = Mapping, PartitionSpec? spec = null, object? partition = null, RowFilter? filter = null)
    {
        IcebergField field = new(1, "c", new PrimitiveType(kind) { Precision = kind == PrimitiveKind.Decimal ? 20 : 0, Scale = kind == PrimitiveKind.Decimal ? 2 : 0 });
        string path = _folder.File("f.parquet");
        TableMetadata metadata = new()
        {
            FormatVersion = 2,
            TableUuid = "b6b0cd2f-4a3c-4b8e-9a46-6c9a5f2ad5ab",
            Location = _folder.Path,
            LastUpdatedMs = 0,
            LastColumnId = 1,
            Schemas = [new IcebergSchema(0, [field])],
            CurrentSchemaId = 0,
            PartitionSpecs = [spec ?? PartitionSpec.Unpartitioned],
            DefaultSpecId = 0,
            LastPartitionId = 1000,
            SortOrders = [SortOrder.Unsorted],
            DefaultSortOrderId = 0,
            Properties = mapping is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [NameMapping.Property] = mapping },
        };
        TableFiles table = new(new CatalogTable(new TableName(["ns"], "t"), null, metadata, new LocalFileStorage()));
        DataFile file = new()
        {
            FilePath = path,
            SpecId = 0,
            Partition = spec is null ? PartitionKey.None : new PartitionKey([partition]),
            RecordCount = 1,
            FileSizeInBytes = new FileInfo(path).Length,
        };
        await using DataFileReader reader = await DataFileReader.OpenAsync(table, file, Token);
        List<object?> values = [];
        await foreach (RowBlock block in reader.ReadAsync([field], filter ?? RowFilter.Everything, new ScanCounts(), Token))
        {
            values.AddRange(Enumerable.Range(0, block.Count).Select(row => block.Value(1, row)));
        }

        return [.. values];
    }
}
