using Sessionize.Engine.Batch;
using Xunit;

namespace Sessionize.Tests.Engine.Batch;

public sealed class NarrowEventTests
{
    [Theory]
    [InlineData(0, -1, 0, 0)]
    [InlineData(EventBatch.EndOfTimeMs - 1, (1 << 21) - 2, NarrowEvent.EndOfPositions - 1, (1 << 24) - 1)]
    [InlineData(1_704_067_200_123, 7, 123_456_789_012, 99_999)]
    public void Fields_UpToTheirLimits_AreKept(long timestampMs, int page, long position, int user)
    {
        Assert.True(NarrowEvent.Fits(page, user));
        NarrowEvent e = new(timestampMs, page, position, user);
        Assert.Equal((timestampMs, page, position, user), (e.TimestampMs, e.Page, e.Position, e.User));
    }

    [Theory]
    [InlineData((1 << 21) - 1, 0)]
    [InlineData(0, 1 << 24)]
    public void Fits_BeyondALimit_IsFalse(int page, int user) => Assert.False(NarrowEvent.Fits(page, user));
}
