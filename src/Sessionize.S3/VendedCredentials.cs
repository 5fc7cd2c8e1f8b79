using Amazon.Runtime;

namespace Sessionize.S3;

/// <summary>Credentials that expire, and are asked for anew shortly before; concurrent callers wait for one question.</summary>
/// <param name="first">The settings with the first credentials.</param>
/// <param name="refresh">Asks for settings with new ones.</param>
/// <param name="clock">Tells when they expire.</param>
/// <param name="machine">Finds the credentials of the machine, as AWS tools do: for a catalog that vends none, neither at first nor when it is asked.</param>
internal sealed class VendedCredentials(
    S3Settings first,
    Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>> refresh,
    TimeProvider clock,
    Func<AWSCredentials> machine) : AWSCredentials, IDisposable
{
    private static readonly TimeSpan s_early = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly bool _vendsNone = first.AccessKeyId is null;
    private volatile AWSCredentials? _machine;
    private volatile Held? _held = first.AccessKeyId is null ? null : Hold(first, clock.GetUtcNow());

    /// <summary>The credentials are refused: asks for new ones before the next request, unless that has happened since.</summary>
    /// <param name="refused">Those that were refused.</param>
    public void Expire(ImmutableCredentials? refused)
    {
        if (_held is { } held && (refused is null || held.Credentials.Token == refused.Token))
        {
            Interlocked.CompareExchange(ref _held, null, held);
        }
    }

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials() => GetCredentialsAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        if (_machine is { } own)
        {
            return await own.GetCredentialsAsync().ConfigureAwait(false);
        }

        if (_held is { } held && clock.GetUtcNow() < held.RefreshAt)
        {
            return held.Credentials;
        }

        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_machine is { } found)
            {
                return await found.GetCredentialsAsync().ConfigureAwait(false);
            }

            DateTimeOffset now = clock.GetUtcNow();
            held = _held;
            if (held is not null && now < held.RefreshAt)
            {
                return held.Credentials;
            }

            try
            {
                S3Settings settings = S3Settings.Read(await refresh(CancellationToken.None).ConfigureAwait(false));
                if (settings.AccessKeyId is null && _vendsNone && held is null)
                {
                    own = _machine = machine();
                    return await own.GetCredentialsAsync().ConfigureAwait(false);
                }

                held = settings.AccessKeyId is not null ? Hold(settings, clock.GetUtcNow()) : throw new SessionizeException(
                    "The catalog gave no credentials for S3 when it was asked anew: look whether it still vends them, or set 's3.access-key-id'.");
            }
            catch (SessionizeException) when (held is not null && now < held.ExpiresAt)
            {
                // They still hold for a while; the catalog may be back before they do not.
                held = held with { RefreshAt = now + s_pauseAfterFailure };
            }

            _held = held;
            return held.Credentials;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private static Held Hold(S3Settings settings, DateTimeOffset now)
    {
        ImmutableCredentials credentials = new(settings.AccessKeyId, settings.SecretAccessKey, settings.SessionToken);
        if (settings.ExpiresAt is not { } expiry)
        {
            return new Held(credentials, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue);
        }

        // Of credentials that hold for less than ten minutes: at half of their time.
        TimeSpan early = (expiry - now) / 2 < s_early ? (expiry - now) / 2 : s_early;
        return new Held(credentials, expiry - early, expiry);
    }

    private sealed record Held(ImmutableCredentials Credentials, DateTimeOffset RefreshAt, DateTimeOffset ExpiresAt);
}
