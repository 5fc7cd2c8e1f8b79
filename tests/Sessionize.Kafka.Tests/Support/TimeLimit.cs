using Xunit;

namespace Sessionize.Kafka.Tests.Support;

/// <summary>Ends a test that waits for what does not come.</summary>
internal static class TimeLimit
{
    public static CancellationToken Of(int seconds = 180)
    {
        CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        return limit.Token;
    }
}
