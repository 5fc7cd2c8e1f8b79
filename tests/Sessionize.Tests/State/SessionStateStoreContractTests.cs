using Sessionize.State;
using Sessionize.Testing.Contracts;
using Xunit;

namespace Sessionize.Tests.State;

public sealed class SessionStateStoreContractTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<StoreFlaw> Flaws => [.. Enum.GetValues<StoreFlaw>().Where(flaw => flaw != StoreFlaw.None)];

    [Fact]
    public Task VerifyAsync_InMemorySessionStateStore_KeepsTheContract() => SessionStateStoreContract.VerifyAsync(
        () =>
        {
            InMemoryStateFolder folder = new();
            return new SessionStateStorePlace(() => new InMemorySessionStateStore(folder));
        },
        Token);

    [Fact]
    public Task VerifyAsync_StoreWithoutFlaw_KeepsTheContract() => SessionStateStoreContract.VerifyAsync(() => Flawed(StoreFlaw.None), Token);

    [Theory]
    [MemberData(nameof(Flaws))]
    public async Task VerifyAsync_StoreWithAFlaw_IsCaught(StoreFlaw flaw)
    {
        ContractViolationException violation = await Assert.ThrowsAsync<ContractViolationException>(
            () => SessionStateStoreContract.VerifyAsync(() => Flawed(flaw), Token));

        Assert.NotEqual(violation.Expected, violation.Found);
        TestContext.Current.TestOutputHelper?.WriteLine(violation.Message);
    }

    private static SessionStateStorePlace Flawed(StoreFlaw flaw)
    {
        FlawedStateStore.Place place = new();
        return new SessionStateStorePlace(() => new FlawedStateStore(place, flaw));
    }
}
