using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Xunit;

namespace Sessionize.Iceberg.Tests.Partitioning;

public sealed class PartitionPathTests
{
    [Fact]
    public void Of_ClassicTable_IsThePathOfTheOriginal()
    {
        IcebergSchema schema = Metadata.SampleTables.Columns;
        PartitionSpec spec = PartitionSpecText.Parse("session_date,user_hash_bucket", schema);
        Assert.Equal("session_date=2024-01-01/user_hash_bucket=-48", PartitionPath.Of(spec, schema, new PartitionKey(["2024-01-01", -48])));
        Assert.Equal("session_date=null/user_hash_bucket=null", PartitionPath.Of(spec, schema, new PartitionKey([null, null])));
        Assert.Equal("", PartitionPath.Of(PartitionSpec.Unpartitioned, schema, PartitionKey.None));
    }

    [Fact]
    public void Of_HiddenPartitions_AreWrittenAsPeopleReadThem()
    {
        IcebergSchema schema = Metadata.SampleTables.Columns;
        PartitionSpec spec = PartitionSpecText.Parse("hour(session_start_time),day(session_end_time),bucket(16,uuid),truncate(3,session_id)", schema);
        Assert.Equal(
            "session_start_time_hour=2024-01-01-05/session_end_time_day=1969-12-31/uuid_bucket=7/session_id_trunc=a%2Fb",
            PartitionPath.Of(spec, schema, new PartitionKey([473_357, -1, 7, "a/b"])));
    }

    [Theory]
    [InlineData("a b+c", "a+b%2Bc")]
    [InlineData("../x", "..%2Fx")]
    [InlineData("-*._~", "-*._%7E")]
    [InlineData("Zoë=用", "Zo%C3%AB%3D%E7%94%A8")]
    [InlineData("😀%", "%F0%9F%98%80%25")]
    [InlineData("", "")]
    [InlineData("null", "null")]
    public void Of_TextsWithOddCharacters_AreEncodedAsJavaDoes(string value, string expected)
    {
        IcebergSchema schema = new(0, [new IcebergField(1, "ä/b", new PrimitiveType(PrimitiveKind.String))]);
        PartitionSpec spec = new(0, [new PartitionField(1, 1000, "ä/b", new Transform(TransformKind.Identity))]);
        Assert.Equal($"%C3%A4%2Fb={expected}", PartitionPath.Of(spec, schema, new PartitionKey([value])));
    }

    [Fact]
    public void TextOf_EveryKind_IsThatOfJava()
    {
        Assert.Equal("2024", Text(TransformKind.Year, PrimitiveKind.Timestamp, 54));
        Assert.Equal("1969", Text(TransformKind.Year, PrimitiveKind.Timestamp, -1));
        Assert.Equal("2024-02", Text(TransformKind.Month, PrimitiveKind.Timestamp, 649));
        Assert.Equal("1969-12", Text(TransformKind.Month, PrimitiveKind.Timestamp, -1));
        Assert.Equal("1969-12-31-23", Text(TransformKind.Hour, PrimitiveKind.Timestamp, -1));
        Assert.Equal("2017-11-16", Text(TransformKind.Identity, PrimitiveKind.Date, 17_486));
        Assert.Equal("2017-11-16T22:31:08", Text(TransformKind.Identity, PrimitiveKind.Timestamp, 1_510_871_468_000_000));
        Assert.Equal("2017-11-16T22:31:08.01+00:00", Text(TransformKind.Identity, PrimitiveKind.TimestampTz, 1_510_871_468_010_000));
        Assert.Equal("1969-12-31T23:59:59.999999", Text(TransformKind.Identity, PrimitiveKind.Timestamp, -1L));
        Assert.Equal("10:20", Text(TransformKind.Identity, PrimitiveKind.Time, 37_200_000_000));
        Assert.Equal("10:20:01", Text(TransformKind.Identity, PrimitiveKind.Time, 37_201_000_000));
        Assert.Equal("10:20:01.500", Text(TransformKind.Identity, PrimitiveKind.Time, 37_201_500_000));
        Assert.Equal("10:20:01.500001", Text(TransformKind.Identity, PrimitiveKind.Time, 37_201_500_001));
        Assert.Equal("true", Text(TransformKind.Identity, PrimitiveKind.Boolean, true));
        Assert.Equal("AQID", Text(TransformKind.Identity, PrimitiveKind.Binary, new BinaryValue([1, 2, 3])));
        Assert.Equal("f79c3e09-677c-4bbd-a479-3f349cb785e7", Text(TransformKind.Identity, PrimitiveKind.Uuid, Guid.Parse("f79c3e09-677c-4bbd-a479-3f349cb785e7")));
        Assert.Equal("null", Text(TransformKind.Void, PrimitiveKind.Int, null));
    }

    [Theory]
    [InlineData(1420, 2, "14.20")]
    [InlineData(-1420, 2, "-14.20")]
    [InlineData(5, 2, "0.05")]
    [InlineData(5, 0, "5")]
    [InlineData(1, 7, "1E-7")]
    [InlineData(12, 8, "1.2E-7")]
    [InlineData(-12, 7, "-0.0000012")]
    [InlineData(0, 2, "0.00")]
    public void TextOf_Decimals_IsThatOfJava(int unscaled, int scale, string expected) => Assert.Equal(
        expected,
        PartitionPath.TextOf(new Transform(TransformKind.Identity), new PrimitiveType(PrimitiveKind.Decimal) { Precision = 20, Scale = scale }, (Int128)unscaled));

    [Theory]
    [InlineData(1.0, "1.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.00099, "9.9E-4")]
    [InlineData(1234567.5, "1234567.5")]
    [InlineData(1e7, "1.0E7")]
    [InlineData(1.5e-300, "1.5E-300")]
    [InlineData(9999999.0, "9999999.0")]
    [InlineData(100.0, "100.0")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void TextOf_Doubles_IsThatOfJava(double value, string expected)
    {
        Assert.Equal(expected, Text(TransformKind.Identity, PrimitiveKind.Double, value));
        if (value is 1.0 or 1e7 or 100.0)
        {
            Assert.Equal(expected, Text(TransformKind.Identity, PrimitiveKind.Float, (float)value));
        }
    }

    private static string Text(TransformKind transform, PrimitiveKind kind, object? value) => PartitionPath.TextOf(new Transform(transform), new PrimitiveType(kind), value);
}
