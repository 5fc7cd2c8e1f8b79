using System.IO.Hashing;
using System.Text;
using Sessionize.Engine;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed class VisitDigestTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(4_090)]
    [InlineData(4_096)]
    [InlineData(4_097)]
    [InlineData(100_000)]
    public void End_OfAnyLength_IsTheHashOfAllBytes(int textBytes)
    {
        byte[] text = Encoding.UTF8.GetBytes(new string('x', textBytes));
        VisitDigest digest = new();
        for (int repeated = 0; repeated < 2; repeated++)
        {
            byte[] all = new byte[200_000];
            int used = 0;
            digest.Begin();
            for (int i = 0; i < 900; i++)
            {
                digest.Add(i - 450L);
                Leb128.WriteSigned(all, ref used, i - 450L);
            }

            digest.Add(text);
            Leb128.WriteSigned(all, ref used, text.Length);
            text.CopyTo(all, used);
            used += text.Length;
            digest.Add(long.MinValue);
            Leb128.WriteSigned(all, ref used, long.MinValue);

            Assert.Equal(XxHash3.HashToUInt64(all.AsSpan(0, used)), digest.End());
        }
    }

    [Fact]
    public void End_OfALongOneAndThenAShortOne_ForgetsTheLongOne()
    {
        VisitDigest digest = new();
        digest.Begin();
        digest.Add(new byte[10_000]);
        digest.End();
        digest.Begin();
        digest.Add(7);
        ulong afterALongOne = digest.End();

        VisitDigest fresh = new();
        fresh.Begin();
        fresh.Add(7);
        Assert.Equal(fresh.End(), afterALongOne);
    }
}
