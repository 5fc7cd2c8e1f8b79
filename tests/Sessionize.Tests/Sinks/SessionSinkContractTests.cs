using System.Collections.Concurrent;
using Sessionize.Sinks;
using Sessionize.Testing.Contracts;
using Xunit;

namespace Sessionize.Tests.Sinks;

public sealed class SessionSinkContractTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<SinkFlaw> Flaws => [.. Enum.GetValues<SinkFlaw>().Where(flaw => flaw != SinkFlaw.None)];

    [Fact]
    public Task VerifyAsync_InMemorySessionSink_KeepsTheContract() => SessionSinkContract.VerifyAsync(
        () =>
        {
            InMemorySessionTable table = new();
            return new SessionSinkPlace(() => new InMemorySessionSink(table), _ => new(table.Sessions));
        },
        Token);

    [Fact]
    public Task VerifyAsync_UpsertSessionSink_KeepsTheContract() => SessionSinkContract.VerifyAsync(
        () =>
        {
            ConcurrentDictionary<string, Session> table = new();
            return new SessionSinkPlace(() => new DictionarySink(table), _ => new([.. table.Values]));
        },
        Token);

    [Fact]
    public Task VerifyAsync_SinkWithoutFlaw_KeepsTheContract() => SessionSinkContract.VerifyAsync(() => Flawed(SinkFlaw.None), Token);

    [Theory]
    [MemberData(nameof(Flaws))]
    public async Task VerifyAsync_SinkWithAFlaw_IsCaught(SinkFlaw flaw)
    {
        ContractViolationException violation = await Assert.ThrowsAsync<ContractViolationException>(
            () => SessionSinkContract.VerifyAsync(() => Flawed(flaw), Token));

        Assert.DoesNotContain("no exception", violation.Expected, StringComparison.Ordinal);
        Assert.NotEqual(violation.Expected, violation.Found);
        TestContext.Current.TestOutputHelper?.WriteLine(violation.Message);
    }

    [Fact]
    public async Task VerifyAsync_UpsertThatAppends_IsCaught()
    {
        ContractViolationException violation = await Assert.ThrowsAsync<ContractViolationException>(() => SessionSinkContract.VerifyAsync(
            () =>
            {
                List<Session> table = [];
                return new SessionSinkPlace(() => new AppendingSink(table), _ => new([.. table]));
            },
            Token));

        // Which of the two finds it first depends on who wins the race.
        Assert.Matches("^(A crash before or behind any call|Of two processes that commit for one lane at once)", violation.Check);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task VerifyAsync_UpsertThatLetsOldRevisionsWin_IsCaught(bool replaces, bool deletes)
    {
        ContractViolationException violation = await Assert.ThrowsAsync<ContractViolationException>(() => SessionSinkContract.VerifyAsync(
            () =>
            {
                ConcurrentDictionary<string, Session> table = new();
                return new SessionSinkPlace(
                    () => new DictionarySink(table) { ReplacesNewer = replaces, DeletesNewer = deletes }, _ => new([.. table.Values]));
            },
            Token));

        Assert.StartsWith("What a process that was paused within its commit", violation.Check, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VerifyAsync_SinkThatThrows_IsNamedWithItsException()
    {
        ContractViolationException violation = await Assert.ThrowsAsync<ContractViolationException>(() => SessionSinkContract.VerifyAsync(
            () => new SessionSinkPlace(() => new AppendingSink(null!), _ => new([])), Token));

        Assert.Contains(nameof(NullReferenceException), violation.Found, StringComparison.Ordinal);
        Assert.IsType<NullReferenceException>(violation.InnerException);
    }

    private static SessionSinkPlace Flawed(SinkFlaw flaw)
    {
        FlawedSink.Table table = new();
        return new SessionSinkPlace(() => new FlawedSink(table, flaw), _ => new([.. table.Rows]));
    }

    private sealed class AppendingSink(List<Session> table) : UpsertSessionSink
    {
        protected override ValueTask UpsertAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
        {
            foreach (SessionChange change in changes)
            {
                if (change.Kind == SessionChangeKind.Added)
                {
                    table.Add(change.Session);
                }
                else
                {
                    table.RemoveAll(row => row.SessionId == change.Session.SessionId);
                }
            }

            return default;
        }
    }
}
