using Amazon.Runtime;
using Microsoft.Extensions.Time.Testing;
using Sessionize.S3.Tests.Support;
using Xunit;

namespace Sessionize.S3.Tests;

/// <summary>Credentials that a catalog vends, and that expire.</summary>
public sealed class S3CredentialsTests : IAsyncDisposable
{
    private const string Location = "s3://b/f";

    private readonly FaultyS3 _store = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private int _asked;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Calls_CredentialsExpireSoon_AskOnceForNewOnes()
    {
        await using S3FileStorage storage = Open(TimeSpan.FromHours(1));
        await storage.TryReadAsync(Location, Token);
        Assert.Equal("vended-0", LastKey());
        _clock.Advance(TimeSpan.FromMinutes(54));
        await storage.TryReadAsync(Location, Token);
        Assert.Equal(0, _asked);

        _clock.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => storage.TryReadAsync(Location, Token).AsTask()));
        Assert.Equal(1, _asked);
        Assert.Equal("vended-1", LastKey());
    }

    [Fact]
    public async Task Calls_CredentialsOfAShortLife_AreAskedForAtHalfOfIt()
    {
        await using S3FileStorage storage = Open(TimeSpan.FromMinutes(2));
        _clock.Advance(TimeSpan.FromSeconds(59));
        await storage.TryReadAsync(Location, Token);
        Assert.Equal(0, _asked);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await storage.TryReadAsync(Location, Token);
        await storage.TryReadAsync(Location, Token);
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task Calls_CatalogIsAwayWhileTheyStillHold_GoOn()
    {
        bool isAway = true;
        await using S3FileStorage storage = Open(TimeSpan.FromHours(1), () => isAway);
        _clock.Advance(TimeSpan.FromMinutes(56));
        await storage.TryReadAsync(Location, Token);
        Assert.Equal("vended-0", LastKey());

        _clock.Advance(TimeSpan.FromMinutes(5));
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await storage.TryReadAsync(Location, Token));
        Assert.Equal("The catalog is away.", failure.Message);
        Assert.True(failure.IsTransient);

        isAway = false;
        await storage.TryReadAsync(Location, Token);
        Assert.StartsWith("vended-", LastKey(), StringComparison.Ordinal);
        Assert.NotEqual("vended-0", LastKey());
    }

    [Fact]
    public async Task Calls_StoreSaysThatTheyHaveExpired_AskAndTryAgain()
    {
        await using S3FileStorage storage = Open(TimeSpan.FromHours(1));
        _store.FailNext("PUT", S3Fault.ExpiredToken);
        Assert.True(await storage.TryCreateAsync(Location, "x"u8.ToArray(), Token));
        Assert.Equal(1, _asked);
        Assert.Equal("vended-1", LastKey());
    }

    [Fact]
    public async Task Calls_ExpiredWithoutAWayToAsk_SaySo()
    {
        await using S3FileStorage storage = new(_store.Properties(("s3.session-token", "token")));
        _store.FailNext("GET", S3Fault.ExpiredToken);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await storage.TryReadAsync(Location, Token));
        Assert.Contains("has expired", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_CatalogVendsNone_AreThoseOfTheMachine()
    {
        Dictionary<string, string> nothing = _store.Properties();
        nothing.Remove("s3.access-key-id");
        nothing.Remove("s3.secret-access-key");
        using VendedCredentials credentials = new(
            S3Settings.Read(nothing),
            _ =>
            {
                _asked++;
                return new(nothing);
            },
            _clock,
            () => new BasicAWSCredentials("machine", "secret"));

        Assert.Equal("machine", (await credentials.GetCredentialsAsync()).AccessKey);
        Assert.Equal("machine", (await credentials.GetCredentialsAsync()).AccessKey);
        Assert.Equal(1, _asked);
    }

    private S3FileStorage Open(TimeSpan life, Func<bool>? isAway = null) => new(
        Vended(life),
        _ =>
        {
            Interlocked.Increment(ref _asked);
            return isAway?.Invoke() == true ? throw new SessionizeException("The catalog is away.", isTransient: true) : new(Vended(life));
        },
        _clock);

    private Dictionary<string, string> Vended(TimeSpan life) => _store.Properties(
        ("s3.access-key-id", $"vended-{_asked}"),
        ("s3.session-token", $"token-{_asked}"),
        ("s3.session-token-expires-at-ms", $"{(_clock.GetUtcNow() + life).ToUnixTimeMilliseconds()}"));

    private string LastKey() => _store.Requests.Last().AccessKey;
}
