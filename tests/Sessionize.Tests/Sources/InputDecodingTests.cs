using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sessionize.Sources.Files;
using Xunit;

namespace Sessionize.Tests.Sources;

public sealed class InputDecodingTests
{
    public static readonly TheoryData<string> Formats = ["gzip", "zstd"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Content_OfSeveralMembersWithPadding_IsWhole_HoweverItArrives(string format)
    {
        Gen<byte[]> member = Gen.Choose(0, 300).SelectMany(length => Gen.Choose(0, 4).Select(kind => Member(length, kind)));
        Gen<(byte[][] Members, int Padding, int AtOnce)> input =
            from count in Gen.Choose(1, 5)
            from members in Gen.ArrayOf(member, count)
            from padding in Gen.Choose(0, 20)
            from atOnce in Gen.Choose(1, 10)
            select (members, padding, atOnce);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1000),
            Prop.ForAll(input.ToArbitrary(), drawn =>
            {
                byte[] stored = [.. drawn.Members.SelectMany(content => Pack(format, content)), .. new byte[drawn.Padding]];
                Assert.Equal(drawn.Members.SelectMany(content => content), Decode(stored, drawn.AtOnce));
            }));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Content_CutAnywhere_IsAnError_UnlessBetweenMembers(string format)
    {
        byte[] first = Pack(format, Member(700, 1));
        byte[] stored = [.. first, .. Pack(format, Member(200, 2))];
        foreach (int atOnce in (int[])[1, 7, stored.Length])
        {
            for (int length = 1; length < stored.Length; length++)
            {
                byte[] cut = stored[..length];
                if (length == first.Length)
                {
                    Assert.Equal(700, Decode(cut, atOnce).Length);
                }
                else if (length > 1 || format == "gzip")
                {
                    // One byte alone says nothing about zstd: 0x28 is a parenthesis.
                    SessionizeException failure = Assert.Throws<SessionizeException>(() => Decode(cut, atOnce));
                    Assert.Contains("'input' ends too early", failure.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Content_WithADamagedByte_IsNeverTakenForOther(string format)
    {
        byte[] content = Member(300, 3);
        byte[] stored = [.. Pack(format, content), .. Pack(format, content)];
        byte[] expected = [.. content, .. content];
        int found = 0;
        for (int at = 0; at < stored.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] damaged = [.. stored];
                damaged[at] ^= (byte)(1 << bit);
                byte[] decoded;
                try
                {
                    decoded = Decode(damaged, damaged.Length);
                }
                catch (SessionizeException failure)
                {
                    Assert.Contains("'input'", failure.Message, StringComparison.Ordinal);
                    found++;
                    continue;
                }

                // Harmless: a header's time, for example. Or the mark of the compression itself: then it is read as text, and is no JSON.
                Assert.True(decoded.AsSpan().SequenceEqual(expected) || at < 4, $"byte {at}, bit {bit}");
            }
        }

        Assert.True(found > stored.Length * 4, $"{found} of {stored.Length * 8} damages were found.");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Content_BehindTheLastMember_IsForeign(string format)
    {
        byte[] member = Pack(format, Member(100, 1));
        foreach (byte[] tail in (byte[][])[[1], [0, 0, 1], [.. "{}\n"u8], [0, .. member]])
        {
            SessionizeException failure = Assert.Throws<SessionizeException>(() => Decode([.. member, .. tail], 3));
            Assert.Contains($"foreign bytes at byte {member.Length + tail.TakeWhile(value => value == 0).Count()}", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Gzip_WithEveryHeaderField_IsRead_AndItsHeaderChecksumHolds()
    {
        byte[] plain = FileContent.Gzip("content"u8);
        byte[] header = [0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3, 3, 0, 9, 9, 9, .. "name\0"u8, .. "comment\0"u8];
        ushort checksum = (ushort)System.IO.Hashing.Crc32.HashToUInt32(header);
        byte[] stored = [.. header, (byte)checksum, (byte)(checksum >> 8), .. plain[10..]];
        Assert.Equal("content", Encoding.ASCII.GetString(Decode(stored, 1)));
        stored[header.Length] ^= 1;
        Assert.Contains("header checksum", Assert.Throws<SessionizeException>(() => Decode(stored, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zstd_SkippableFrames_ArePassedOver()
    {
        byte[] skippable = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 7, 7, 7];
        byte[] stored = [.. skippable, .. FileContent.Zstd("a"u8), .. skippable, .. FileContent.Zstd("b"u8), .. skippable];
        Assert.Equal("ab", Encoding.ASCII.GetString(Decode(stored, 2)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("(")]
    [InlineData("P*M")]
    [InlineData("{}")]
    public void Text_IsTakenAsItStands(string text) => Assert.Equal(text, Encoding.ASCII.GetString(Decode(Encoding.ASCII.GetBytes(text), 1)));

    private static byte[] Member(int length, int kind)
    {
        Random random = new((length * 10) + kind);
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++)
        {
            content[i] = (byte)(kind == 0 ? 'a' : random.Next(1 << (2 * kind)));
        }

        return content;
    }

    private static byte[] Pack(string format, byte[] content) => format == "gzip" ? FileContent.Gzip(content) : FileContent.Zstd(content);

    private static byte[] Decode(byte[] stored, int atOnce)
    {
        using TricklingStream stream = new(stored, atOnce);
        using StoredBytes input = new(stream, "input", _ => { });
        using IInputDecoder decoder = InputDecoding.Start(input);
        List<byte> content = [];
        byte[] buffer = new byte[97];
        for (int read; (read = decoder.Read(buffer)) > 0;)
        {
            content.AddRange(buffer.AsSpan(0, read));
        }

        return [.. content];
    }
}
