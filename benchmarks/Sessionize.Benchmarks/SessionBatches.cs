using System.Globalization;
using System.Text;

namespace Sessionize.Benchmarks;

/// <summary>Made-up sessions as columns, the same ones in every run: users of one to five sessions, about three different pages a session.</summary>
internal static class SessionBatches
{
    private const int Pages = 200;
    private const long BaseMs = 1_704_067_200_000;
    private const long DayMs = 86_400_000;

    private static readonly byte[][] s_pages = [.. Enumerable.Range(0, Pages).Select(n => Encoding.UTF8.GetBytes($"page-{n}"))];

    public static SessionBatch Of(int rows)
    {
        Random random = new(17);
        SessionBatch batch = new();
        int[] numbers = [.. Enumerable.Repeat(SessionBatch.NoPage, Pages)];
        byte[] id = new byte[16];
        while (batch.Count < rows)
        {
            random.NextBytes(id);
            string user = new Guid(id).ToString();
            batch.AddUser(Encoding.UTF8.GetBytes(user));
            long time = BaseMs + random.NextInt64(30 * DayMs);
            int bucket = random.Next(100);
            for (int session = random.Next(1, 6); session > 0 && batch.Count < rows; session--)
            {
                time = AddSession(batch, random, numbers, user, time, session, bucket);
            }
        }

        return batch;
    }

    private static long AddSession(SessionBatch batch, Random random, int[] numbers, string user, long time, int session, int bucket)
    {
        int events = 1 + (int)(-Math.Log(1 - random.NextDouble()) * 8);
        long length = events == 1 ? 0 : random.NextInt64(7_200_000);
        int entry = SessionBatch.NoPage;
        int exit = SessionBatch.NoPage;
        HashSet<int> seen = [];
        for (int i = Math.Min(events, 1 + (int)(-Math.Log(1 - random.NextDouble()) * 3.8)); i > 0; i--)
        {
            int page = (int)(Pages * Math.Pow(random.NextDouble(), 2));
            numbers[page] = numbers[page] == SessionBatch.NoPage ? batch.AddPage(s_pages[page]) : numbers[page];
            exit = numbers[page];
            entry = entry == SessionBatch.NoPage ? exit : entry;
            if (seen.Add(page))
            {
                batch.AddPageVisited(exit);
            }
        }

        batch.AddRow(
            time, time + length, events, events, time, entry, exit, 0, 0, bucket, random.Next(20) == 0 ? "MaxDuration"u8 : "Inactivity"u8,
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{user}_session_{session}_0")));
        return time + length + 1_800_001 + random.NextInt64(DayMs);
    }
}
