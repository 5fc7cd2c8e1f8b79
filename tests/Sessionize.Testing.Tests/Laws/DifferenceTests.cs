using Sessionize.Testing.Laws;
using Xunit;

namespace Sessionize.Testing.Tests.Laws;

public sealed class DifferenceTests
{
    private static readonly Session s_session = new()
    {
        UserId = "ada",
        SessionId = "ada_session_1_0",
        StartMs = 0,
        EndMs = 60_000,
        EventCount = 2,
        PagesVisited = ["a", "b"],
        EndReason = EndReasons.Inactivity,
        VisitStartMs = 0,
    };

    public static TheoryData<string> Columns => [.. s_others.Keys];

    private static readonly Dictionary<string, Session> s_others = new()
    {
        [nameof(Session.UserId)] = s_session with { UserId = "ada " },
        [nameof(Session.SessionId)] = s_session with { SessionId = "ada_session_1_1" },
        [nameof(Session.StartMs)] = s_session with { StartMs = 1 },
        [nameof(Session.EndMs)] = s_session with { EndMs = 60_001 },
        [nameof(Session.EventCount)] = s_session with { EventCount = 3 },
        [nameof(Session.PagesVisited)] = s_session with { PagesVisited = ["a,b"] },
        [nameof(Session.EntryPage)] = s_session with { EntryPage = "" },
        [nameof(Session.ExitPage)] = s_session with { ExitPage = "" },
        [nameof(Session.PageViewCount)] = s_session with { PageViewCount = 1 },
        [nameof(Session.EndReason)] = s_session with { EndReason = EndReasons.MaxDuration },
        [nameof(Session.VisitStartMs)] = s_session with { VisitStartMs = 1 },
        [nameof(Session.SessionIndex)] = s_session with { SessionIndex = 1 },
        [nameof(Session.Revision)] = s_session with { Revision = 1 },
        [nameof(Session.UserHashBucket)] = s_session with { UserHashBucket = 1 },
    };

    [Fact]
    public void Columns_AreAllThatASessionIsMadeOf() =>
        Assert.Equal(
            typeof(Session).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Order(),
            Columns.Select(row => row.Data).Append(nameof(Session.Attributes)).Order());

    [Theory]
    [MemberData(nameof(Columns))]
    public void Between_SessionsThatDifferInOneColumn_ShowsBothWithAMark(string column)
    {
        Difference? found = Difference.Between("left", [s_session], "right", [s_others[column]]);

        Assert.NotNull(found);
        Assert.Contains("  ! ", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Between_SameSessionsInAnotherOrder_FindsNone()
    {
        Session other = s_others[nameof(Session.SessionId)];

        Assert.Null(Difference.Between("left", [s_session, other], "right", [other, s_session with { PagesVisited = new List<string> { "a", "b" } }]));
    }

    [Fact]
    public void Between_OneSessionMoreOften_IsADifference() =>
        Assert.NotNull(Difference.Between("left", [s_session], "right", [s_session, s_session]));

    [Fact]
    public void Between_PagesInAnotherOrderOrOtherAttributes_IsADifference()
    {
        Assert.NotNull(Difference.Between("left", [s_session], "right", [s_session with { PagesVisited = ["b", "a"] }]));
        Assert.NotNull(Difference.Between("left", [s_session], "right", [s_session with { Attributes = new SessionAttributes([new("plan", "free")]) }]));
    }
}
