using Sessionize.DependencyInjection;
using Sessionize.Sinks;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Documentation;

/// <summary>What docs/guides/changing-rules.md says is allowed and refused, with the messages that it quotes.</summary>
public sealed class ChangingRulesGuideTests : IDisposable
{
    private const string Page = "docs/guides/changing-rules.md";

    private readonly TemporaryFolder _folder = new();
    private readonly InMemorySessionTable _table = new();

    public static TheoryData<string> Refusals => [.. s_changes.Keys];

    private static readonly Dictionary<string, (Action<ISessionizationBuilder> Before, Action<ISessionizationBuilder> After)> s_changes = new()
    {
        ["a rule is added"] = (_ => { }, sessions => sessions.EndOnPage("logout")),
        ["a rule is taken away"] = (_ => { }, sessions => sessions.LimitDuration(null)),
        ["a rule has a new version"] = (sessions => sessions.AddRule(new Campaign(1, EventFields.None)), sessions => sessions.AddRule(new Campaign(2, EventFields.None))),
        ["a rule reads another field"] = (
            sessions => sessions.AddRule(new Campaign(1, EventFields.None)), sessions => sessions.AddRule(new Campaign(1, EventField.Of("utm.campaign")))),
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Parameters_ThatChange_CutOpenSessionsAnewAndLeaveClosedOnes()
    {
        await RunAsync(_ => { }, EndClosing.LeaveOpen);
        string closed = Assert.Single(_table.Sessions).SessionId;

        await RunAsync(sessions => sessions.EndAfterInactivity(TimeSpan.FromMinutes(20)), EndClosing.CloseAll());

        Assert.Equal([closed, "ada_session_6000000_0", "ada_session_7500000_0"], _table.Sessions.Select(session => session.SessionId));
        Assert.Contains("timeout=00:20:00", _table.Commits[^1].Fingerprint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_OfEndOnPage_AreParameters()
    {
        await RunAsync(sessions => sessions.EndOnPage("logout"), EndClosing.LeaveOpen);

        await RunAsync(sessions => sessions.EndOnPage("logout").EndOnPage("offers"), EndClosing.CloseAll());

        Assert.Equal("Rule:end-on-page", _table.Sessions[^2].EndReason);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task State_OfOtherRules_IsRefusedAsThePageQuotes(string change)
    {
        await RunAsync(s_changes[change].Before, EndClosing.LeaveOpen);

        SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(() => RunAsync(s_changes[change].After, EndClosing.LeaveOpen));

        string reason = refusal.Message.Split(" cannot be gone on with: ")[1].Split(". Go on with")[0];
        string row = Assert.Single(await File.ReadAllLinesAsync(Path.Combine(Repository.Root, Page), TestContext.Current.CancellationToken), line => line.StartsWith($"| {change} ", StringComparison.Ordinal));
        Assert.Contains($"`{reason}`", row, StringComparison.Ordinal);
    }

    /// <summary>A visit that is over, and one whose events are 25 minutes apart, which is open.</summary>
    private async Task RunAsync(Action<ISessionizationBuilder> rules, EndClosing closing)
    {
        string clicks = _folder.File("clicks.ndjson");
        await File.WriteAllLinesAsync(
            clicks,
            [
                """{"uuid":"ada","event_timestamp":0,"page_name":"home"}""",
                """{"uuid":"ada","event_timestamp":6000000,"page_name":"offers"}""",
                """{"uuid":"ada","event_timestamp":7500000,"page_name":"home"}""",
            ],
            TestContext.Current.CancellationToken);
        SessionizationDefinition definition = SessionizationDefinition.Build(sessions =>
        {
            sessions.FromFiles(clicks).KeepStateInFiles(_folder.File("state")).To(_ => new InMemorySessionSink(_table)).WithTrigger(Trigger.UntilEnd(closing));
            rules(sessions);
        });
        await using SessionizationPipeline pipeline = new(definition);
        await pipeline.RunAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Campaign(int version, EventFields reads) : SessionBoundaryRule("campaign", RulePass.Visit, version)
    {
        public override EventFields Reads => reads;
    }
}
