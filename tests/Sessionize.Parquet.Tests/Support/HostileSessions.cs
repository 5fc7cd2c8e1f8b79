using FsCheck;
using FsCheck.Fluent;

namespace Sessionize.Parquet.Tests.Support;

/// <summary>Sessions with the values that writers and readers stumble on.</summary>
public static class HostileSessions
{
    private static readonly string[] s_texts =
    [
        "", "a", "A", "b", "~", "\u0000", "\u007f", "é", "e\u0301", "ÿ", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufeff", "\uffff", "\U00010000", "😀", "\U0010ffff",
        "a\u0000", "aa", "'", "''", "\"", "\\", "%", "_", "a,b", "\n", "\r\n", "null", "NULL", "0", "-1", "2024-01-01", "true",
        new string('a', 63), new string('a', 64), new string('a', 65), new string('a', 1000), new string('a', 64) + "b", new string('b', 16), new string('b', 17),
        new string('\uffff', 1000), new string('é', 500), string.Concat(Enumerable.Repeat("😀", 16)), string.Concat(Enumerable.Repeat("😀", 17)),
        string.Concat(Enumerable.Repeat("\U0010ffff", 16)), string.Concat(Enumerable.Repeat("\U0010ffff", 17)), string.Concat(Enumerable.Repeat("\U0010ffff", 1000)),
        "a" + string.Concat(Enumerable.Repeat("\U0010ffff", 100)), new string('a', 62) + "😀b", new string('a', 63) + "\ud7ff" + "x",
        new string('a', 61) + "\ud7ffx", new string('a', 15) + "\ud7ffx", new string('a', 15) + "\U0010ffffx",
    ];

    private static readonly long[] s_times =
    [
        0, 1, -1, 999, 86_399_999, 86_400_000, -86_400_000, -86_400_001, 946_684_799_999, 946_684_800_000, 951_782_400_000, 1_704_067_200_000,
        1_704_067_200_001, 4_102_444_800_000, 7_258_118_399_999, -62_135_596_800_000, 253_402_300_799_999,
    ];

    /// <summary>Lists of sessions, the sessions of a user one behind the other.</summary>
    public static Arbitrary<Session[]> Arbitrary => Arb.From(Many, Smaller);

    /// <summary>So many sessions, with the texts that are let in.</summary>
    public static Session[] Sample(Random random, int count, Func<string, bool> isLetIn)
    {
        string[] texts = [.. s_texts.Where(isLetIn)];
        T Any<T>(params T[] values) => values[random.Next(values.Length)];
        string Text() => random.Next(3) == 0 ? $"page-{random.Next(30)}" : Any(texts);
        long Time() => random.Next(2) == 0 ? Any(s_times) : 1_700_000_000_000 + (37L * random.Next());
        Session Make()
        {
            long start = Time();
            return new Session
            {
                UserId = Text(),
                SessionId = random.Next(2) == 0 ? Text() : $"{Text()}_session_{random.Next(9)}",
                StartMs = start,
                EndMs = Math.Min(start + (random.Next(2) * random.Next(7_200_000)), s_times.Max()),
                EventCount = Any(1, 1, 2, 65_535, 65_536, long.MaxValue, long.MinValue, random.Next(100)),
                PagesVisited = [.. Enumerable.Range(0, Any(0, 0, 1, 2, 5, 60)).Select(_ => Text())],
                EntryPage = random.Next(3) == 0 ? null : Text(),
                ExitPage = random.Next(2) == 0 ? null : Text(),
                PageViewCount = Any(0, 1, 2, long.MaxValue, random.Next(100)),
                EndReason = Any(EndReasons.Inactivity, EndReasons.MaxDuration, Text()),
                VisitStartMs = Time(),
                SessionIndex = Any(0, 0, 1, int.MaxValue, int.MinValue, random.Next(100)),
                UserHashBucket = Any(int.MinValue, int.MaxValue, random.Next(-48, 100)),
            };
        }

        return [.. Enumerable.Range(0, count).Select(_ => Make())];
    }

    private static Gen<Session[]> Many
    {
        get
        {
            Gen<string> text = Gen.OneOf(Gen.Elements(s_texts), Gen.Choose(0, 30).Select(n => $"page-{n}"), ArbMap.Default.GeneratorFor<NonNull<string>>().Select(WellFormed));
            Gen<long> time = Gen.OneOf(Gen.Elements(s_times), Gen.Choose(0, int.MaxValue).Select(n => 1_700_000_000_000 + (n * 37L)));
            Gen<long> count = Gen.OneOf(Gen.Elements(1L, 1L, 2L, 0L, 65_535L, 65_536L, long.MaxValue, long.MinValue), Gen.Choose(1, 100).Select(n => (long)n));
            Gen<int> number = Gen.OneOf(Gen.Elements(0, 0, 1, -1, int.MaxValue, int.MinValue), Gen.Choose(-48, 99));
            Gen<string?> page = Gen.Frequency((1, Gen.Constant<string?>(null)), (3, text.Select(t => (string?)t)));
            Gen<Session> session =
                from user in text
                from id in text
                from start in time
                from length in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 7_200_000))
                from pages in Gen.Frequency((2, Gen.Constant(Array.Empty<string>())), (5, text.ListOf().Select(l => l.ToArray())), (1, text.ArrayOf(200)))
                from entry in page
                from exit in page
                from events in count
                from views in count
                from reason in text
                from visit in time
                from index in number
                from revision in number
                from bucket in number
                select new Session
                {
                    UserId = user,
                    SessionId = id,
                    StartMs = start,
                    EndMs = Math.Min(start + length, 253_402_300_799_999),
                    EventCount = events,
                    PagesVisited = pages,
                    EntryPage = entry,
                    ExitPage = exit,
                    PageViewCount = views,
                    EndReason = reason,
                    VisitStartMs = visit,
                    SessionIndex = index,
                    Revision = revision,
                    UserHashBucket = bucket,
                };

            // Now and then a column with one value or none, so that whole pages and row groups have nothing but nulls.
            return from sessions in session.NonEmptyListOf()
                   from isPlain in Gen.Elements(false, true)
                   from copies in Gen.Choose(1, 8)
                   select sessions
                       .SelectMany(s => Enumerable.Repeat(isPlain ? s with { EntryPage = null, PagesVisited = [], Revision = 0 } : s, copies))
                       .GroupBy(s => s.UserId, StringComparer.Ordinal).SelectMany(own => own).ToArray();
        }
    }

    private static IEnumerable<Session[]> Smaller(Session[] sessions) => sessions.Length <= 1
        ? []
        : [sessions[..(sessions.Length / 2)], sessions[(sessions.Length / 2)..], sessions[..^1]];

    /// <summary>Half surrogate pairs cannot be written as UTF-8; the parser lets none in.</summary>
    private static string WellFormed(NonNull<string> text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text.Get));
}
