using System.Text.Json;
using Sessionize.Testing;
using Sessionize.Tests.Cases;
using Xunit;

namespace Sessionize.Tests.Data;

/// <summary>Real clickstreams through the streaming engine in memory, with crashes in the middle of commits.</summary>
public sealed class DataSetStreamingTests
{
    private static readonly int[] s_lanes = [1, 3, 12];

    [Theory]
    [InlineData("otto-shop", MaxDurationAlignment.Anchored)]
    [InlineData("semicomplete-2015", MaxDurationAlignment.Anchored)]
    [InlineData("nasa-19950801", MaxDurationAlignment.Anchored)]
    [InlineData("web-panel", MaxDurationAlignment.Anchored)]
    [InlineData("web-panel", MaxDurationAlignment.Restarting)]
    [InlineData("wikipedia-readers", MaxDurationAlignment.Anchored)]
    public void Streaming_OfTheDataSet_GivesTheOraclesRowsThroughCrashes(string name, MaxDurationAlignment alignment)
    {
        ClickstreamEvent[] events = DataSet.Events(name);
        SessionizationDefinition definition = new() { Options = { Alignment = alignment } };
        long end = events.Max(e => e.TimestampMs);
        IReadOnlyList<Session> expected = SessionOracle.Sessionize(events, definition.ResolveRules(), SessionIds.StartTime, endTimeMs: end);
        JsonElement digests = DataSet.Expected(name)[alignment == MaxDurationAlignment.Anchored ? "30m/2h" : "30m/2h restarting"];
        foreach (int lanes in s_lanes)
        {
            SessionizationHarness harness = new(definition, lanes);
            int crashes = SendWithCrashes(harness, events, new Random(lanes));

            Session[] sessions = CaseRows.Order(harness.Complete(end));

            Assert.True(crashes >= 3, $"{crashes} crashes");
            Assert.Empty(harness.LateEvents);
            Assert.Equal(expected, sessions);
            Session[] numbered = WithOrdinalIds(sessions);
            Assert.Equal(digests.GetProperty("sha256").GetString(), CanonicalRows.Digest(numbered));
            Assert.Equal(digests.GetProperty("sha256_full").GetString(), CanonicalRows.FullDigest(numbered));
        }
    }

    /// <summary>Sends the events in chunks with a commit behind each; about every second time the processes are down, or go down in the commit.</summary>
    private static int SendWithCrashes(SessionizationHarness harness, ClickstreamEvent[] events, Random random)
    {
        int crashes = 0;
        for (int at = 0; at < events.Length;)
        {
            int end = Math.Min(events.Length, at + random.Next(1, events.Length / 8));
            switch (random.Next(4))
            {
                case 0:
                    harness.Crash();
                    break;
                case 1:
                    harness.CrashAt(random.Next(20));
                    break;
            }

            harness.Send(events[at..end]);
            harness.Commit();
            if (harness.IsDown)
            {
                crashes++;
                harness.Restart();
            }

            at = end;
        }

        return crashes;
    }

    /// <summary>The rows with the ids that batch gives by default, which the expected digests are made of.</summary>
    private static Session[] WithOrdinalIds(IEnumerable<Session> sessions) =>
    [
        .. sessions.GroupBy(session => session.UserId, StringComparer.Ordinal).SelectMany(user => user
            .GroupBy(session => session.VisitStartMs).OrderBy(visit => visit.Key)
            .SelectMany((visit, n) => visit.Select(session => session with { SessionId = $"{session.UserId}_session_{n + 1}_{session.SessionIndex}" }))),
    ];
}
