using Sessionize.Parquet.Events;
using Xunit;

namespace Sessionize.Parquet.Tests.Events;

/// <summary>A struct is passed over as the library would, or not at all.</summary>
public sealed class ThriftWalkTests
{
    private static readonly ThriftShape s_shape = new ThriftShape().I32(1).Struct(new ThriftShape().Binary(1), 2).List(ThriftType.I64, 3);

    [Theory]
    [InlineData("00")]
    [InlineData("15 02 00")]
    [InlineData("15 02 1C 18 02 61 62 00 19 26 02 04 00")]
    [InlineData("41 00")] // An unknown truth,
    [InlineData("2C 51 00 00")] // within a struct, too,
    [InlineData("49 25 02 04 00")] // numbers,
    [InlineData("48 01 61 00")] // and bytes.
    public void Struct_OfItsShape_IsPassedOver(string bytes) => Assert.Equal(Length(bytes), Walk(bytes));

    [Theory]
    [InlineData("16 02 00")] // A number of 64 bits where one of 32 should be.
    [InlineData("28 00 00")] // Bytes where a struct should be.
    [InlineData("39 25 02 04 00")] // Numbers of 32 bits in a list of 64.
    [InlineData("4C 00 00")] // A struct that nobody knows,
    [InlineData("49 2C 00 00 00")] // a list of such,
    [InlineData("49 21 01 02 00")] // a list of truths,
    [InlineData("4B 00 00")] // a map.
    [InlineData("10 00")] // The type of the end, and no end.
    [InlineData("15 FF FF FF FF FF FF FF FF FF FF 00")] // A number that does not end.
    public void Struct_OfAnother_IsRefused(string bytes) => Assert.Throws<InvalidDataException>(() => Walk(bytes));

    [Theory]
    [InlineData("")]
    [InlineData("15")]
    [InlineData("15 02")]
    [InlineData("2C 18 05 61")]
    [InlineData("39 F6 FF FF 03 02")]
    public void Struct_ThatIsCut_IsSeen(string bytes) => Assert.Equal(-1, Walk(bytes));

    private static int Length(string bytes) => bytes.Split(' ').Length;

    private static int Walk(string text)
    {
        ThriftWalk walk = new(Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal)));
        while (walk.TryNextField(out short field, out ThriftType type))
        {
            walk.Skip(type, s_shape.Find(field));
        }

        return walk.IsCut ? -1 : walk.Position;
    }
}
