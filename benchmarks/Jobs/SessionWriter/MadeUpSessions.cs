using System.Globalization;
using Sessionize;

namespace SessionWriter;

/// <summary>A million sessions, the same ones in every run: one to five of a user, about four pages a session, ids of 36 and 50 characters.</summary>
/// <remarks>Of a month by default, each with a bucket of its own; or all of one day, a user's in one of 100 buckets.</remarks>
internal static class MadeUpSessions
{
    private const int Rows = 1_000_000;
    private const int RowsOfABatch = 131_072;
    private const long BaseMs = 1_704_067_200_000;
    private const long DayMs = 86_400_000;

    public static List<SessionBatch> Make(bool isOneDay = false)
    {
        Random random = new(17);
        List<SessionBatch> batches = [];
        byte[] id = new byte[16];
        for (int row = 0; row < Rows;)
        {
            random.NextBytes(id);
            string user = new Guid(id).ToString();
            int? bucket = isOneDay ? ((id[0] << 8) | id[1]) % 100 : null;
            long time = BaseMs + random.NextInt64(isOneDay ? DayMs / 6 : 30 * DayMs);
            for (int visit = 1, visits = random.Next(1, 6); visit <= visits && row < Rows; visit++, row++)
            {
                if (row % RowsOfABatch == 0)
                {
                    batches.Add(new SessionBatch());
                }

                batches[^1].Add(Session(random, user, time, visit, bucket));
                time += isOneDay ? 8_000_000 + random.NextInt64(DayMs / 6 - 8_000_000) : 10_000_000 + random.NextInt64(DayMs);
            }
        }

        return batches;
    }

    private static Session Session(Random random, string user, long time, int visit, int? bucket)
    {
        string[] pages = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => $"page-{(int)(200 * Math.Pow(random.NextDouble(), 2))}").Distinct()];
        long length = pages.Length == 1 ? 0 : random.NextInt64(7_200_000);
        return new Session
        {
            UserId = user,
            SessionId = string.Create(CultureInfo.InvariantCulture, $"{user}_session_{visit}_0"),
            StartMs = time,
            EndMs = time + length,
            EventCount = pages.Length + random.Next(8),
            PagesVisited = pages,
            EntryPage = pages[0],
            ExitPage = pages[^1],
            PageViewCount = pages.Length + random.Next(8),
            EndReason = random.Next(20) == 0 ? EndReasons.MaxDuration : EndReasons.Inactivity,
            VisitStartMs = time,
            UserHashBucket = bucket ?? random.Next(100),
        };
    }
}
