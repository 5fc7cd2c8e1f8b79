using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace Sessionize.Testing.Tests;

public sealed class TimelineTests
{
    [Fact]
    public void Parse_OfTheDocumentedForm_GivesEventsAndSessions()
    {
        Timeline timeline = Timeline.Parse("user-001: 0 5:home#e1 10 | 45 50 30+1ms:logout{utm.campaign=a%20b}");

        Assert.Equal([3, 3], timeline.Sessions.Select(session => session.Count));
        ClickstreamEvent last = timeline.Sessions[1][2];
        Assert.Equal(("logout", "a b"), (last.PageName, last.Fields["utm.campaign"]));
        Assert.Equal(TimeSpan.FromMinutes(30) + TimeSpan.FromMilliseconds(1), DateTimeOffset.FromUnixTimeMilliseconds(last.TimestampMs) - timeline.Origin);
    }

    [Theory]
    [InlineData("user-001: 0 5 10 | 45 50 55")]
    [InlineData("user-001: 0 30 | 60+1ms 90+1ms\nuser-002: 5s 1ms-5s")]
    [InlineData("a%20b: -5 | 10:log%3Aout#e%23{a.b=%7B}")]
    public void ToString_OfAParsedText_IsItAgain(string text)
    {
        string written = Timeline.Parse(text).ToString();

        Assert.Equal(written, Timeline.Parse(written).ToString());
    }

    [Fact]
    public void Of_EventsAndTheirSessions_CutsWhereTheyEnd()
    {
        IReadOnlyList<ClickstreamEvent> events = Timeline.Parse("user-001: 0 5 10 45 50 55\nuser-002: 0 30 60 90 120").Events;

        Assert.Equal(
            "user-001: 0 5 10 | 45 50 55\nuser-002: 0 30 60 90 | 120",
            Timeline.Of(events, events.Sessionize()).ToString());
    }

    [Theory]
    [InlineData("0 5", "Line 1 of the timeline: '0 5' does not begin with a user and a colon")]
    [InlineData("u: 1\nu: five", "Line 2 of the timeline: 'five' is no event")]
    [InlineData("u: 1 | ", "Line 1 of the timeline: the user 'u' has a session without events")]
    [InlineData("u: 1:", "'1:' is no event")]
    public void Parse_OfAMistake_SaysWhereAndWhatIsExpected(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Timeline.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_SessionsOfOtherEvents_SaysHowManyThereAre()
    {
        IReadOnlyList<ClickstreamEvent> events = Timeline.Parse("u: 0 5").Events;

        Assert.Contains("have 2 events, but 1 events were given", Assert.Throws<ArgumentException>(() => Timeline.Of([events[0]], events.Sessionize())).Message, StringComparison.Ordinal);
    }

    [Property(Arbitrary = [typeof(SessionizeArbitraries)])]
    public void Parse_OfAWrittenTimeline_GivesTheSameEventsAndCuts(ClickstreamEvent[] events)
    {
        Timeline timeline = Timeline.Of(events, events.Sessionize());

        Timeline read = Timeline.Parse(timeline.ToString());

        Assert.Equal(timeline.ToString(), read.ToString());
        Assert.Equal(timeline.Sessions.Select(session => session.Count), read.Sessions.Select(session => session.Count));
        Assert.Equal(timeline.Events.Select(Show), read.Events.Select(Show));
        Assert.Equal(events.Length, read.Events.Count);
    }

    private static string Show(ClickstreamEvent e) => $"{e.UserId} {e.TimestampMs} {e.PageName} {e.EventId} {string.Join(",", e.Fields)}";
}
