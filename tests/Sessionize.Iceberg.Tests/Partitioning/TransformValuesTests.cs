using System.Text;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Xunit;

namespace Sessionize.Iceberg.Tests.Partitioning;

/// <summary>The values of Iceberg's specification (appendix B), and the corners around them.</summary>
public sealed class TransformValuesTests
{
    private const long Micros = 1_510_871_468_000_000;

    [Fact]
    public void Hash_ValuesOfTheSpecification_AreReproduced()
    {
        Assert.Equal(2017239379, IcebergHash.Of(34));
        Assert.Equal(-653330422, IcebergHash.Of(17486));
        Assert.Equal(-662762989, IcebergHash.Of(81_068_000_000));
        Assert.Equal(-2047944441, IcebergHash.Of(Micros));
        Assert.Equal(-1207196810, IcebergHash.Of(Micros + 1));
        Assert.Equal(1210000089, IcebergHash.Of("iceberg"u8));
        Assert.Equal(-188683207, IcebergHash.Of([0, 1, 2, 3]));
        Assert.Equal(0, IcebergHash.Of(""u8));
    }

    [Theory]
    [InlineData("a", 1009084850)]
    [InlineData("ab", -1681926305)]
    [InlineData("abc", -1277324294)]
    [InlineData("abcd", 1139631978)]
    [InlineData("Zoë-7", -125320747)]
    [InlineData("用户-42", 165432067)]
    public void Hash_TextsWithTails_AreStandardMurmur(string text, int expected)
    {
        Assert.Equal(expected, IcebergHash.Of(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(
            TransformValues.BucketOfText(Encoding.UTF8.GetBytes(text), 16),
            TransformValues.Apply(new Transform(TransformKind.Bucket, 16), new PrimitiveType(PrimitiveKind.String), text));
    }

    [Fact]
    public void Bucket_EveryType_IsTheHashWithoutItsSign()
    {
        Assert.Equal(Expected(2017239379), Bucket(PrimitiveKind.Int, 34));
        Assert.Equal(Expected(2017239379), Bucket(PrimitiveKind.Long, 34L));
        Assert.Equal(Expected(-653330422), Bucket(PrimitiveKind.Date, 17486));
        Assert.Equal(Expected(-2047944441), Bucket(PrimitiveKind.TimestampTz, Micros));
        Assert.Equal(Expected(1488055340), Bucket(PrimitiveKind.Uuid, Guid.Parse("f79c3e09-677c-4bbd-a479-3f349cb785e7")));
        Assert.Equal(Expected(-500754589), Bucket(PrimitiveKind.Decimal, (Int128)1420));
        Assert.Equal(Expected(-188683207), Bucket(PrimitiveKind.Binary, new BinaryValue([0, 1, 2, 3])));
        Assert.Equal(TransformValues.BucketOfLong(34, 100), Bucket(PrimitiveKind.Int, 34));
        Assert.Equal(TransformValues.BucketOfUuid(Guid.Empty, 100), Bucket(PrimitiveKind.Uuid, Guid.Empty));

        static int Expected(int hash) => (hash & int.MaxValue) % 100;
        static object? Bucket(PrimitiveKind kind, object value) => TransformValues.Apply(new Transform(TransformKind.Bucket, 100), new PrimitiveType(kind) { Precision = 9, Scale = 2 }, value);
    }

    [Theory]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(-1, -1, -1, -1, -1)]
    [InlineData(1_510_871_468_000_000, 419_686, 17_486, 574, 47)]
    [InlineData(-86_400_000_000, -24, -1, -1, -1)]
    [InlineData(-86_400_000_001, -25, -2, -1, -1)]
    [InlineData(951_782_400_000_000, 264_384, 11_016, 361, 30)]
    [InlineData(-62_135_596_800_000_000, -17_259_888, -719_162, -23_628, -1969)]
    public void Times_OfMicroseconds_AreRoundedDown(long micros, int hour, int day, int month, int year)
    {
        Assert.Equal((hour, day, month, year), (TransformValues.HourOfMicros(micros), TransformValues.DayOfMicros(micros), TransformValues.MonthOfMicros(micros), TransformValues.YearOfMicros(micros)));
        PrimitiveType type = new(PrimitiveKind.Timestamp);
        Assert.Equal(hour, TransformValues.Apply(new Transform(TransformKind.Hour), type, micros));
        Assert.Equal(day, TransformValues.Apply(new Transform(TransformKind.Day), type, micros));
        Assert.Equal(month, TransformValues.Apply(new Transform(TransformKind.Month), type, micros));
        Assert.Equal(year, TransformValues.Apply(new Transform(TransformKind.Year), type, micros));
    }

    [Fact]
    public void Dates_OfManyCenturies_AreThoseOfDateOnly()
    {
        DateOnly epoch = new(1970, 1, 1);
        for (DateOnly date = new(1, 1, 1); date < DateOnly.MaxValue.AddDays(-100); date = date.AddDays(97))
        {
            int day = date.DayNumber - epoch.DayNumber;
            Assert.Equal((date.Year, date.Month, date.Day), CivilDay.Of(day));
            Assert.Equal(date.Year - 1970, TransformValues.Apply(new Transform(TransformKind.Year), new PrimitiveType(PrimitiveKind.Date), day));
            Assert.Equal(((date.Year - 1970) * 12) + date.Month - 1, TransformValues.Apply(new Transform(TransformKind.Month), new PrimitiveType(PrimitiveKind.Date), day));
        }
    }

    [Theory]
    [InlineData(1, 10, 0)]
    [InlineData(-1, 10, -10)]
    [InlineData(10, 10, 10)]
    [InlineData(-10, 10, -10)]
    [InlineData(int.MaxValue, 3, int.MaxValue - 1)]
    public void Truncate_Numbers_AreRoundedDown(int value, int width, int expected)
    {
        Assert.Equal(expected, Truncate(PrimitiveKind.Int, value, width));
        Assert.Equal((long)expected, Truncate(PrimitiveKind.Long, (long)value, width));
        Assert.Equal((Int128)expected, Truncate(PrimitiveKind.Decimal, (Int128)value, width));
    }

    [Theory]
    [InlineData("iceberg", 3, "ice")]
    [InlineData("ic", 3, "ic")]
    [InlineData("", 3, "")]
    [InlineData("a😀😀b", 2, "a😀")]
    [InlineData("用户-42", 2, "用户")]
    public void Truncate_Texts_AreCutByCodePoints(string value, int width, string expected)
    {
        Assert.Equal(expected, Truncate(PrimitiveKind.String, value, width));
    }

    [Fact]
    public void Truncate_Bytes_AreCut() =>
        Assert.Equal(new BinaryValue([1, 2]), Truncate(PrimitiveKind.Binary, new BinaryValue([1, 2, 3]), 2));

    [Fact]
    public void Apply_NullOrVoid_IsNull()
    {
        Assert.All(Enum.GetValues<TransformKind>().Where(kind => kind != TransformKind.Unknown), kind =>
            Assert.Null(TransformValues.Apply(new Transform(kind, 3), kind == TransformKind.Truncate ? new PrimitiveType(PrimitiveKind.Long) : new PrimitiveType(PrimitiveKind.TimestampTz), null)));
        Assert.Null(TransformValues.Apply(new Transform(TransformKind.Void), new PrimitiveType(PrimitiveKind.Int), 5));
    }

    [Fact]
    public void Apply_UnknownTransformOrType_IsRefusedWithItsName()
    {
        Assert.Contains("'zorder[3]'", Assert.Throws<SessionizeException>(() =>
            TransformValues.Apply(Transform.Parse("zorder[3]"), new PrimitiveType(PrimitiveKind.Int), 5)).Message, StringComparison.Ordinal);
        Assert.Contains("'hour'", Assert.Throws<SessionizeException>(() =>
            TransformValues.Apply(new Transform(TransformKind.Hour), new PrimitiveType(PrimitiveKind.Date), 5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ResultType_EachTransform_IsThatOfTheSpecification()
    {
        PrimitiveType source = new(PrimitiveKind.TimestampTz);
        Assert.Equal("timestamptz", TransformValues.ResultType(new Transform(TransformKind.Identity), source).ToString());
        Assert.Equal("date", TransformValues.ResultType(new Transform(TransformKind.Day), source).ToString());
        Assert.Equal("int", TransformValues.ResultType(new Transform(TransformKind.Hour), source).ToString());
        Assert.Equal("int", TransformValues.ResultType(new Transform(TransformKind.Bucket, 3), source).ToString());
        Assert.Equal("timestamptz", TransformValues.ResultType(new Transform(TransformKind.Void), source).ToString());
    }

    private static object? Truncate(PrimitiveKind kind, object value, int width) =>
        TransformValues.Apply(new Transform(TransformKind.Truncate, width), new PrimitiveType(kind) { Precision = 20 }, value);
}
