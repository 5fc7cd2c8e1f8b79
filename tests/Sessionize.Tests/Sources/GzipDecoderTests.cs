using System.IO.Compression;
using System.IO.Hashing;
using FsCheck;
using FsCheck.Fluent;
using Sessionize.Sources.Files;
using Xunit;

namespace Sessionize.Tests.Sources;

/// <summary>What is not whole and right is an error, whatever the members look like and wherever they lie in the decoder's pieces.</summary>
public sealed class GzipDecoderTests
{
    private static readonly CompressionLevel[] s_levels = Enum.GetValues<CompressionLevel>();

    private static readonly Gen<byte[]> s_text =
        from length in Gen.Frequency((3, Gen.Choose(0, 200)), (2, Gen.Choose(0, 5_000)), (1, Gen.Choose(0, 300_000)))
        from bits in Gen.Choose(0, 8)
        from seed in Gen.Choose(0, int.MaxValue)
        select Text(length, bits, seed);

    // Gzip in gzip: marks, trailers and whole members in the data of a member.
    private static readonly Gen<byte[]> s_content = Gen.Frequency(
        (6, s_text), (1, s_text.Select(text => Pack(text, CompressionLevel.NoCompression))), (1, Gen.Choose(0, 20_000).Select(length => new byte[length])));

    private static readonly Gen<GzipMember> s_member =
        from content in s_content
        from level in Gen.Elements(s_levels)
        from hasFields in Gen.Elements(false, false, true)
        select new GzipMember(content, hasFields ? WithFields(Pack(content, level)) : Pack(content, level));

    private static readonly Gen<GzipMember[]> s_members =
        from count in Gen.Choose(1, 4)
        from members in Gen.ArrayOf(s_member, count)
        from repeats in Gen.Elements(false, true)
        select repeats ? [.. members, members[0]] : members;

    private static readonly Gen<GzipDamage> s_damage =
        from kind in Gen.Choose(0, 2)
        from at in Gen.Choose(0, int.MaxValue)
        from length in Gen.Choose(1, 10)
        from bytes in Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), length)
        select new GzipDamage(at, Removed: kind == 0 ? length : kind == 1 ? 1 : 0, Inserted: kind == 0 ? [] : kind == 1 ? bytes[..1] : bytes);

    // As a file, as a pipe, and as something slow.
    private static readonly Gen<int> s_atOnce = Gen.Frequency((3, Gen.Constant(int.MaxValue)), (1, Gen.Constant(4096)), (1, Gen.Choose(1, 40)));

    [Fact]
    public void Members_OfAnyKind_AreRead_HoweverTheyArrive() => ForAll(
        from members in s_members
        from padding in Gen.Frequency((3, Gen.Constant(0)), (2, Gen.Choose(1, 20)), (1, Gen.Choose(0, 300_000)))
        from atOnce in s_atOnce
        select (Members: members, Padding: padding, AtOnce: atOnce),
        150,
        drawn => Assert.Equal(Contents(drawn.Members), Decode([.. Stored(drawn.Members), .. new byte[drawn.Padding]], drawn.AtOnce)));

    [Fact]
    public void Members_CutAnywhere_AreAnError_UnlessBetweenThem() => ForAll(
        from members in s_members
        from cuts in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), 20)
        from atOnce in s_atOnce
        select (Members: members, Cuts: cuts, AtOnce: atOnce),
        40,
        drawn =>
        {
            byte[] stored = Stored(drawn.Members);
            long[] ends = [.. Enumerable.Range(1, drawn.Members.Length).Select(count => (long)Stored(drawn.Members[..count]).Length)];

            // Around every border, too, where chance seldom comes.
            IEnumerable<long> cuts = drawn.Cuts.Select(cut => cut % (stored.Length + 1L)).Concat(ends.SelectMany(end => Enumerable.Range(-12, 16).Select(near => end + near)));
            foreach (long cut in cuts.Where(cut => cut > 0 && cut < stored.Length).Distinct())
            {
                if (Array.IndexOf(ends, cut) is var whole and >= 0)
                {
                    Assert.Equal(Contents(drawn.Members[..(whole + 1)]), Decode(stored[..(int)cut], drawn.AtOnce));
                    continue;
                }

                SessionizeException failure = Assert.Throws<SessionizeException>(() => Decode(stored[..(int)cut], drawn.AtOnce));
                Assert.Contains($"ends too early: at byte {cut} ", failure.Message, StringComparison.Ordinal);
            }
        });

    [Fact]
    public void Members_WithARandomDamage_GiveTheContentOrAnError() => ForAll(
        from members in s_members
        from padding in Gen.Elements(0, 0, 5, 600)
        from damages in Gen.ArrayOf(s_damage, 20)
        from atOnce in s_atOnce
        select (Members: members, Padding: padding, Damages: damages, AtOnce: atOnce),
        80,
        drawn =>
        {
            byte[] stored = [.. Stored(drawn.Members), .. new byte[drawn.Padding]];
            byte[] content = Contents(drawn.Members);
            foreach (GzipDamage damage in drawn.Damages)
            {
                AssertIsContentOrError(damage.ApplyTo(stored), content, drawn.AtOnce, damage);
            }
        });

    [Fact]
    public void Members_WithAnyDamagedByte_GiveTheContentOrAnError()
    {
        // The first and the third are equal: whoever looks for the trailer of the one may find that of the other.
        byte[] first = Pack(Text(60, 3, 1), CompressionLevel.Optimal);
        byte[] empty = FileContent.Gzip([]);
        byte[] stored = [.. first, .. empty, .. first, .. Pack(Text(60, 8, 2), CompressionLevel.NoCompression), .. new byte[3]];
        byte[] content = [.. Text(60, 3, 1), .. Text(60, 3, 1), .. Text(60, 8, 2)];
        Assert.Equal(content, Decode(stored, int.MaxValue));
        for (int at = 0; at < stored.Length; at++)
        {
            for (int value = 1; value < 256; value++)
            {
                byte[] damaged = [.. stored];
                damaged[at] ^= (byte)value;
                AssertIsContentOrError(damaged, content, int.MaxValue, (at, value));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void ForeignBytes_AtAnyDistance_AreNamedByTheirPlace(int zeros)
    {
        byte[] member = Pack(Text(50_000, 6, 3), CompressionLevel.Optimal);
        foreach (byte[] foreign in (byte[][])[[7], [.. "more text\n"u8], Text(200_000, 8, 4)])
        {
            byte[] stored = [.. member, .. new byte[zeros], .. foreign];
            SessionizeException failure = Assert.Throws<SessionizeException>(() => Decode(stored, int.MaxValue));
            Assert.Contains($"foreign bytes at byte {member.Length + zeros},", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WrongTrailer_IsNotReplacedByALaterOneThatFits()
    {
        byte[] member = Pack(Text(40, 3, 5), CompressionLevel.Optimal);
        byte[] other = Pack(Text(30, 3, 6), CompressionLevel.Optimal);
        byte[] damaged = [.. member];
        damaged[^6] ^= 1;
        SessionizeException failure = Assert.Throws<SessionizeException>(() => Decode([.. damaged, .. other, .. member], int.MaxValue));
        Assert.Contains("a wrong checksum or length", failure.Message, StringComparison.Ordinal);
    }

    private static void ForAll<T>(Gen<T> drawn, int times, Action<T> check) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(times), Prop.ForAll(drawn.ToArbitrary(), check));

    private static void AssertIsContentOrError(byte[] damaged, byte[] content, int atOnce, object what)
    {
        if (!GzipDecoder.Starts(damaged))
        {
            // Without the mark it is a text for this reader, and no JSON.
            return;
        }

        byte[] decoded;
        try
        {
            decoded = Decode(damaged, atOnce);
        }
        catch (SessionizeException failure)
        {
            Assert.Contains("'input'", failure.Message, StringComparison.Ordinal);
            return;
        }

        Assert.True(decoded.AsSpan().SequenceEqual(content), $"{what}: {decoded.Length} bytes for {content.Length}.");
    }

    private static byte[] Decode(byte[] stored, int atOnce)
    {
        using MemoryStream stream = atOnce == int.MaxValue ? new MemoryStream(stored) : new TricklingStream(stored, atOnce);
        using StoredBytes input = new(stream, "input", _ => { });
        using GzipDecoder decoder = new(input);
        using MemoryStream content = new();
        byte[] buffer = new byte[10_007];
        for (int read; (read = decoder.Read(buffer)) > 0;)
        {
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    private static byte[] Stored(IEnumerable<GzipMember> members) => [.. members.SelectMany(member => member.Stored)];

    private static byte[] Contents(IEnumerable<GzipMember> members) => [.. members.SelectMany(member => member.Content)];

    private static byte[] Text(int length, int bits, int seed)
    {
        byte[] text = new byte[length];
        new Random(seed).NextBytes(text);
        foreach (ref byte value in text.AsSpan())
        {
            value = (byte)(value >> (8 - bits));
        }

        return text;
    }

    private static byte[] Pack(byte[] content, CompressionLevel level)
    {
        if (content.Length == 0)
        {
            return FileContent.Gzip([]);
        }

        using MemoryStream target = new();
        using (GZipStream gzip = new(target, level))
        {
            gzip.Write(content);
        }

        return target.ToArray();
    }

    /// <summary>Puts every optional field into a member's header, marks of gzip among them.</summary>
    private static byte[] WithFields(byte[] member)
    {
        byte[] header = [0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3, 6, 0, 0x1F, 0x8B, 8, 0, 0, 9, .. "name\0"u8, 0x1F, 0x8B, .. "comment\0"u8];
        ushort checksum = (ushort)Crc32.HashToUInt32(header);
        return [.. header, (byte)checksum, (byte)(checksum >> 8), .. member[10..]];
    }

    private sealed record GzipMember(byte[] Content, byte[] Stored)
    {
        public override string ToString() => $"{Content.Length} bytes in {Stored.Length}";
    }

    /// <summary>Bytes that are exchanged, lost or added.</summary>
    private sealed record GzipDamage(int At, int Removed, byte[] Inserted)
    {
        public byte[] ApplyTo(byte[] stored)
        {
            int at = At % stored.Length;
            return [.. stored.AsSpan(0, at), .. Inserted, .. stored.AsSpan(Math.Min(at + Removed, stored.Length))];
        }
    }
}
