using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Xunit;

namespace Sessionize.Iceberg.Tests.Manifests;

public sealed class SingleValueTests
{
    [Fact]
    public void ToBytes_ValuesOfTheSpecification_AreReproduced()
    {
        Assert.Equal("01", Hex(PrimitiveKind.Boolean, true));
        Assert.Equal("00000080", Hex(PrimitiveKind.Int, int.MinValue));
        Assert.Equal("FFFFFFFFFFFFFF7F", Hex(PrimitiveKind.TimestampTz, long.MaxValue));
        Assert.Equal("0000803F", Hex(PrimitiveKind.Float, 1f));
        Assert.Equal("000000000000F03F", Hex(PrimitiveKind.Double, 1.0));
        Assert.Equal("E794A8", Hex(PrimitiveKind.String, "用"));
        Assert.Equal("F79C3E09677C4BBDA4793F349CB785E7", Hex(PrimitiveKind.Uuid, Guid.Parse("f79c3e09-677c-4bbd-a479-3f349cb785e7")));
        Assert.Equal("058C", Hex(PrimitiveKind.Decimal, (Int128)1420));
        Assert.Equal("00", Hex(PrimitiveKind.Decimal, (Int128)0));
        Assert.Equal("7F", Hex(PrimitiveKind.Decimal, (Int128)127));
        Assert.Equal("0080", Hex(PrimitiveKind.Decimal, (Int128)128));
        Assert.Equal("80", Hex(PrimitiveKind.Decimal, (Int128)(-128)));
        Assert.Equal("FF7F", Hex(PrimitiveKind.Decimal, (Int128)(-129)));
        Assert.Equal("FF", Hex(PrimitiveKind.Decimal, (Int128)(-1)));
    }

    [Property(MaxTest = 2000)]
    public void FromBytes_OfToBytes_IsTheValue(int number, long large, double real, Guid uuid, NonNull<string> text, byte[] bytes)
    {
        string valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
        Assert.Equal(number, RoundTrip(PrimitiveKind.Int, number));
        Assert.Equal(number, RoundTrip(PrimitiveKind.Date, number));
        Assert.Equal(large, RoundTrip(PrimitiveKind.Long, large));
        Assert.Equal(large, RoundTrip(PrimitiveKind.Timestamp, large));
        Assert.Equal(real, RoundTrip(PrimitiveKind.Double, real));
        Assert.Equal((float)real, RoundTrip(PrimitiveKind.Float, (float)real));
        Assert.Equal(uuid, RoundTrip(PrimitiveKind.Uuid, uuid));
        Assert.Equal(valid, RoundTrip(PrimitiveKind.String, valid));
        Assert.Equal(new BinaryValue(bytes ?? []), RoundTrip(PrimitiveKind.Binary, new BinaryValue(bytes ?? [])));
        Int128 wide = ((Int128)large << 40) ^ number;
        Assert.Equal(wide, RoundTrip(PrimitiveKind.Decimal, wide));
        Assert.Equal((Int128)number, RoundTrip(PrimitiveKind.Decimal, (Int128)number));
    }

    [Property(MaxTest = 2000)]
    public void Compare_Texts_IsTheOrderOfTheirUtf8(NonNull<string> left, NonNull<string> right, int common)
    {
        string prefix = common % 3 == 0 ? left.Get : "";
        string a = Valid(left.Get + (common % 2 == 0 ? "\uffff" : "😀"));
        string b = Valid(prefix + right.Get);
        int expected = Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
        Assert.Equal(Math.Sign(expected), Math.Sign(SingleValue.Compare(new PrimitiveType(PrimitiveKind.String), a, b)));
    }

    [Theory]
    [InlineData("\uffff", "😀")]
    [InlineData("a", "b")]
    [InlineData("a", "aa")]
    [InlineData("", "a")]
    [InlineData("z", "é")]
    public void Compare_Texts_FirstComesFirst(string first, string second) => AssertOrder(PrimitiveKind.String, first, second);

    [Fact]
    public void Compare_OtherKinds_FirstComesFirst()
    {
        AssertOrder(PrimitiveKind.Double, -0.0, 0.0);
        AssertOrder(PrimitiveKind.Double, double.PositiveInfinity, double.NaN);
        AssertOrder(PrimitiveKind.Float, -1f, 2f);
        AssertOrder(PrimitiveKind.Boolean, false, true);
        AssertOrder(PrimitiveKind.Int, int.MinValue, 0);
        AssertOrder(PrimitiveKind.Long, 5, 6L);
        AssertOrder(PrimitiveKind.Decimal, (Int128)(-5), (Int128)4);
        AssertOrder(PrimitiveKind.Binary, new BinaryValue([0x7F]), new BinaryValue([0x80]));
        AssertOrder(PrimitiveKind.Uuid, Guid.Parse("7fffffff-ffff-ffff-ffff-ffffffffffff"), Guid.Parse("80000000-0000-0000-0000-000000000000"));
        AssertOrder(PrimitiveKind.Uuid, Guid.Parse("01000000-0000-0000-0000-000000000000"), Guid.Parse("00000000-0000-0000-0000-000000000001"), reversed: true);
        Assert.Equal(0, SingleValue.Compare(new PrimitiveType(PrimitiveKind.Double), double.NaN, double.NaN));
        Assert.Throws<ArgumentException>(() => SingleValue.Compare(new PrimitiveType(PrimitiveKind.Int), 1, "1"));
    }

    [Fact]
    public void FromBytes_BeforeWidening_IsTheWiderValue()
    {
        Assert.Equal(-5L, SingleValue.FromBytes(new PrimitiveType(PrimitiveKind.Long), SingleValue.ToBytes(new PrimitiveType(PrimitiveKind.Int), -5)));
        Assert.Equal(1.5, SingleValue.FromBytes(new PrimitiveType(PrimitiveKind.Double), SingleValue.ToBytes(new PrimitiveType(PrimitiveKind.Float), 1.5f)));
    }

    [Theory]
    [InlineData("Int", 3)]
    [InlineData("Int", 8)]
    [InlineData("Long", 5)]
    [InlineData("Timestamp", 4)]
    [InlineData("Uuid", 15)]
    [InlineData("Boolean", 0)]
    [InlineData("Decimal", 0)]
    [InlineData("Decimal", 17)]
    [InlineData("Double", 7)]
    public void FromBytes_WrongLength_SaysNothing(string type, int length) =>
        Assert.Null(SingleValue.FromBytes(new PrimitiveType(Enum.Parse<PrimitiveKind>(type)), new byte[length]));

    [Fact]
    public void FromBytes_NoUtf8_SaysNothing() => Assert.Null(SingleValue.FromBytes(new PrimitiveType(PrimitiveKind.String), [0xFF]));

    [Fact]
    public void ToBytes_ValueOfAnotherType_IsRefused() => Assert.Throws<ArgumentException>(() => SingleValue.ToBytes(new PrimitiveType(PrimitiveKind.Int), 5L));

    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Hex(PrimitiveKind kind, object value) => Convert.ToHexString(SingleValue.ToBytes(new PrimitiveType(kind), value));

    private static object? RoundTrip(PrimitiveKind kind, object value) => SingleValue.FromBytes(new PrimitiveType(kind), SingleValue.ToBytes(new PrimitiveType(kind), value));

    private static void AssertOrder(PrimitiveKind kind, object first, object second, bool reversed = false)
    {
        int sign = reversed ? 1 : -1;
        Assert.Equal(sign, Math.Sign(SingleValue.Compare(new PrimitiveType(kind), first, second)));
        Assert.Equal(-sign, Math.Sign(SingleValue.Compare(new PrimitiveType(kind), second, first)));
        Assert.Equal(0, SingleValue.Compare(new PrimitiveType(kind), first, first));
    }
}
