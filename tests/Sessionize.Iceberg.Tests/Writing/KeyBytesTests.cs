using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Iceberg.Writing;
using Sessionize.Parquet.Format;
using Xunit;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>The order of key bytes against that of the values.</summary>
public sealed class KeyBytesTests
{
    private static readonly string[] s_texts = ["", "\0", "\0\0", "\0\u0001", "\u0001", "a", "a\0", "a\0\0", "a\0b", "a\u0001", "aa", "é", "\uffff", "😀", "\U0010ffff"];

    private static readonly double[] s_numbers = [double.MinValue, -1.5, -1, -double.Epsilon, 0, double.Epsilon, 1, 1.5, double.MaxValue];

    [Fact]
    public void Write_Texts_AreInTheOrderOfUtf8AlsoWithAnotherTextBehind()
    {
        foreach (string left in s_texts)
        {
            foreach (string right in s_texts)
            {
                int expected = Math.Sign(Utf8(left).AsSpan().SequenceCompareTo(Utf8(right)));
                Assert.Equal(expected, Order(key => Text(key, left), key => Text(key, right)));
                Assert.Equal(-expected, Order(key => Reversed(key, left), key => Reversed(key, right)));

                // What follows a text has a say between equal ones only.
                Assert.Equal(expected == 0 ? -1 : expected, Order(key => Text(key, left, "a"), key => Text(key, right, "b")));
            }
        }
    }

    [Fact]
    public void Write_FloatingPointNumbers_AreInTheirOrder()
    {
        foreach (double left in s_numbers)
        {
            foreach (double right in s_numbers)
            {
                Assert.Equal(left.CompareTo(right), Order(key => KeyBytes.Write(key, left), key => KeyBytes.Write(key, right)));
            }
        }
    }

    [Property]
    public Property Write_WholeNumbers_AreInTheirOrder() => Prop.ForAll(
        ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<long>(), (left, right) =>
            Assert.Equal(left.CompareTo(right), Order(key => KeyBytes.Write(key, left), key => KeyBytes.Write(key, right))));

    [Theory]
    [InlineData(true, -1)]
    [InlineData(false, 1)]
    public void WritePresence_NullBesideValue_IsWhereItIsWanted(bool nullsFirst, int expected) => Assert.Equal(
        expected, Order(key => KeyBytes.WritePresence(key, isNull: true, nullsFirst), key => KeyBytes.WritePresence(key, isNull: false, nullsFirst)));

    [Property]
    public Property Head_Keys_HaveItsOrderOrAreEqualInIt() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte[]>(), (left, right) =>
        {
            int heads = KeyBytes.Head(left).CompareTo(KeyBytes.Head(right));
            Assert.True(heads == 0 || heads == Math.Sign(left.AsSpan().SequenceCompareTo(right)));
        });

    private static void Text(ByteBuffer key, params string[] texts)
    {
        foreach (string text in texts)
        {
            KeyBytes.Write(key, Utf8(text));
        }
    }

    private static void Reversed(ByteBuffer key, string text)
    {
        int start = key.Length;
        Text(key, text);
        KeyBytes.Reverse(key, start);
    }

    private static int Order(Action<ByteBuffer> left, Action<ByteBuffer> right)
    {
        ByteBuffer x = new();
        ByteBuffer y = new();
        left(x);
        right(y);
        return Math.Sign(x.Written.SequenceCompareTo(y.Written));
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
