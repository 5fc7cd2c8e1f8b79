using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Parquet.Columns;
using Xunit;

namespace Sessionize.Parquet.Tests.Columns;

public sealed class TextBoundsTests
{
    [Theory]
    [InlineData("a", "b")]
    [InlineData("ab\u007f", "ab\u0080")]
    [InlineData("\u07ff", "\u0800")]
    [InlineData("x\ud7ff", "x\ue000")]
    [InlineData("x\uffff", "x\U00010000")]
    [InlineData("a\U0010ffff", "b")]
    [InlineData("a\U0010ffff\U0010ffff", "b")]
    [InlineData("\U0010ffff", null)]
    [InlineData("", null)]
    public void Above_Prefix_IsTheNextText(string prefix, string? expected)
    {
        byte[]? above = TextBounds.Above(Encoding.UTF8.GetBytes(prefix));

        Assert.Equal(expected, above is null ? null : Encoding.UTF8.GetString(above));
    }

    [Property(MaxTest = 2000)]
    public Property Above_AnyPrefix_IsAboveAllThatBeginsWithIt() => Prop.ForAll(Texts(), Texts(), (prefix, rest) =>
        TextBounds.Above(prefix) is not { } above || above.AsSpan().SequenceCompareTo((byte[])[.. prefix, .. rest]) > 0);

    [Property(MaxTest = 2000)]
    public Property Prefix_AnyText_IsTheLongestOfWholeCharacters() => Prop.ForAll(Texts(), text =>
    {
        ReadOnlySpan<byte> prefix = TextBounds.Prefix(text);
        int next = prefix.Length == text.Length ? 0 : Rune.DecodeFromUtf8(text.AsSpan(prefix.Length), out _, out int length) == 0 ? length : 100;
        return text.AsSpan().StartsWith(prefix) && prefix.Length <= 64 && (prefix.Length == text.Length || (next < 100 && prefix.Length + next > 64));
    });

    [Property(MaxTest = 1000)]
    public Property Prefix_InCodePoints_IsThatManyRunes() => Prop.ForAll(Texts(), Gen.Choose(0, 20).ToArbitrary(), (text, count) =>
        Encoding.UTF8.GetString(text).EnumerateRunes().Take(count).SequenceEqual(
            Encoding.UTF8.GetString(TextBounds.Prefix(text, count)).EnumerateRunes()));

    private static Arbitrary<byte[]> Texts() =>
        (from piece in Gen.Elements("a", "é", "\u07ff", "\ud7ff", "\ue000", "\uffff", "😀", "\U0010ffff").ListOf()
         from copies in Gen.Elements(1, 1, 5, 20)
         select Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(string.Concat(piece), copies)))).ToArbitrary();
}
