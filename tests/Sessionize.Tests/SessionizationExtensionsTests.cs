using Xunit;

namespace Sessionize.Tests;

public sealed class SessionizationExtensionsTests
{
    private const long BaseMs = 1_704_082_500_000;

    private static readonly (string User, int[] Minutes)[] s_example =
    [
        ("user-001", [0, 5, 10, 45, 50, 55]),
        ("user-002", [0, 30, 60, 90, 120, 150, 180]),
        ("user-003", [0, 60, 110, 150, 270, 290]),
    ];

    [Fact]
    public void Sessionize_WorkedExampleOfTheSemantics_GivesItsSessions()
    {
        Session[] sessions = [.. Example().Sessionize()];

        Assert.Equal(
            [
                "user-001_session_1_0 0..10 3 Inactivity",
                "user-001_session_2_0 45..55 3 Inactivity",
                "user-002_session_1_0 0..90 4 MaxDuration",
                "user-002_session_1_1 120..180 3 Inactivity",
                "user-003_session_1_0 0..0 1 Inactivity",
                "user-003_session_2_0 60..60 1 Inactivity",
                "user-003_session_3_0 110..110 1 Inactivity",
                "user-003_session_4_0 150..150 1 Inactivity",
                "user-003_session_5_0 270..290 2 EndOfInput",
            ],
            sessions.Select(Describe));
    }

    [Fact]
    public async Task Sessionize_OfAStream_GivesTheRowsOfTheBatch()
    {
        SessionizationDefinition startTime = new() { Options = { Ids = SessionIds.StartTime } };
        Session[] batch = [.. Example().Sessionize(startTime)];
        List<Session> streamed = [];
        await foreach (Session session in ToStream(Example()).Sessionize(cancellationToken: TestContext.Current.CancellationToken))
        {
            streamed.Add(session);
        }

        Assert.Equal(batch.OrderBy(session => session.SessionId, StringComparer.Ordinal), streamed.OrderBy(session => session.SessionId, StringComparer.Ordinal));
    }

    [Fact]
    public void Sessionize_WithAMapper_GivesARuleTheFieldsThatItReads()
    {
        (string User, long Ms, string Plan)[] items = [("u", 0, "free"), ("u", 1000, "paid"), ("u", 2000, "paid")];
        SessionizationDefinition definition = new() { Rules = { new PlanChanges() } };
        Assert.Equal([1, 2], items.Sessionize(new PlanMapper(), definition).Select(session => session.EventCount));
    }

    [Fact]
    public void Sessionize_CampaignAfterTheMaximum_EndsBySemanticsExample()
    {
        SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions.AddRule<CampaignStartsVisit>());
        ClickstreamEvent[] events =
        [
            .. Enumerable.Range(0, 6).Select(i => new ClickstreamEvent("u", BaseMs + (i * 20 * 60_000))),
            new ClickstreamEvent("u", BaseMs + (125 * 60_000)) { Fields = new Dictionary<string, string?> { ["utm.campaign"] = "spring" } },
        ];

        Session[] sessions = [.. events.Sessionize(definition)];

        Assert.Equal(["u_session_1_0 0..100 6 MaxDuration", "u_session_2_0 125..125 1 EndOfInput"], sessions.Select(Describe));
    }

    private static IEnumerable<ClickstreamEvent> Example() =>
        s_example.SelectMany(user => user.Minutes.Select(minute => new ClickstreamEvent(user.User, BaseMs + (minute * 60_000L))))
            .OrderBy(e => e.TimestampMs);

    private static string Describe(Session session) =>
        $"{session.SessionId} {(session.StartMs - BaseMs) / 60_000}..{(session.EndMs - BaseMs) / 60_000} {session.EventCount} {session.EndReason}";

    private static async IAsyncEnumerable<ClickstreamEvent> ToStream(IEnumerable<ClickstreamEvent> events)
    {
        foreach (ClickstreamEvent e in events)
        {
            await Task.Yield();
            yield return e;
        }
    }

    private sealed class CampaignStartsVisit() : SessionBoundaryRule("campaign")
    {
        private static readonly EventField s_campaign = EventField.Of("utm.campaign");

        public override EventFields Reads => s_campaign;

        public override bool StartsNew(in BoundaryContext context) =>
            context.Current[s_campaign].IsPresent && context.Current[s_campaign] != context.Previous[s_campaign];
    }

    private sealed class PlanChanges() : SessionBoundaryRule("plan")
    {
        private static readonly EventField s_plan = EventField.Of("account.plan");

        public override EventFields Reads => s_plan;

        public override bool StartsNew(in BoundaryContext context) => context.Current[s_plan] != context.Previous[s_plan];
    }

    private sealed class PlanMapper : IEventMapper<(string User, long Ms, string Plan)>
    {
        private static readonly EventField s_plan = EventField.Of("account.plan");
        private static readonly EventField s_unread = EventField.Of("unread");

        public void Map((string User, long Ms, string Plan) item, EventBatch batch)
        {
            batch.SetUserId(item.User);
            batch.SetTimestampMs(item.Ms);
            batch.SetField(s_plan, item.Plan);
            batch.SetField(s_unread, "nobody reads this"u8);
        }
    }
}
