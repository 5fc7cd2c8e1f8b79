namespace Sessionize.Benchmarks;

/// <summary>Made-up events, the same ones in every run: visits of a few pages with pauses between them.</summary>
internal static class Clickstream
{
    private const long BaseMs = 1_704_082_500_000;

    /// <summary>Events of one user, in their order.</summary>
    public static IEnumerable<ClickstreamEvent> OfOneUser(int count)
    {
        Random random = new(17);
        long time = BaseMs;
        for (int i = 0; i < count; i++)
        {
            time += random.Next(8) == 0 ? 45 * 60_000 : random.Next(1, 120_000);
            yield return new ClickstreamEvent("user-000001", time, $"page-{random.Next(50)}");
        }
    }

    /// <summary>Events of many users as they come in, a few of them out of order by up to five minutes.</summary>
    public static IEnumerable<ClickstreamEvent> OfManyUsers(int count, int users)
    {
        Random random = new(17);
        for (int i = 0; i < count; i++)
        {
            long delay = random.Next(50) == 0 ? random.Next(300_000) : 0;
            yield return new ClickstreamEvent($"user-{random.Next(users):d6}", BaseMs + (i * 100L) - delay, $"page-{random.Next(50)}");
        }
    }
}
