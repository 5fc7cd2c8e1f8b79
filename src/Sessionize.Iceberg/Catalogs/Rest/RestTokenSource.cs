using System.Text;
using System.Text.Json;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>What proves to a REST catalog who calls: the header <c>Authorization</c>. Safe for use by several threads.</summary>
/// <remarks>A token that was got with the client's secret is renewed before it expires, and when the server does not take it any more.</remarks>
internal sealed class RestTokenSource : IDisposable
{
    private const double RenewedPart = 0.9;

    // Where the server does not tell how long a token is good, it is asked when the token is refused.
    private static readonly TimeSpan s_unknownLifetime = TimeSpan.FromDays(36_500);

    private readonly RestTransport _transport;
    private readonly RestSettings _settings;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _renewing = new(1);
    private volatile BearerToken? _token;

    /// <param name="transport">Asks for tokens.</param>
    /// <param name="settings">How, and with what.</param>
    /// <param name="clock">Tells when a token expires.</param>
    public RestTokenSource(RestTransport transport, RestSettings settings, TimeProvider clock)
    {
        (_transport, _settings, _clock) = (transport, settings, clock);
        _token = settings.Token is { } token ? new BearerToken(token, DateTimeOffset.MaxValue) : null;
    }

    /// <summary>Whether another token can be got, when one is refused.</summary>
    public bool CanRenew => _settings.Authentication == RestAuthentication.OAuth2 && _settings.Credential is not null;

    /// <summary>The header's value; <see langword="null"/>, if there is to be none.</summary>
    /// <exception cref="SessionizeException">No token can be got.</exception>
    public async ValueTask<string?> GetAsync(CancellationToken cancellationToken)
    {
        switch (_settings.Authentication)
        {
            case RestAuthentication.Basic:
                (string user, string password) = _settings.BasicCredential;
                return $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}";
            case RestAuthentication.OAuth2:
                BearerToken? token = _token;
                return Header(IsGood(token) || !CanRenew ? token : await RenewAsync(token, cancellationToken).ConfigureAwait(false));
            default:
                return null;
        }
    }

    /// <summary>Gets another value than one that was refused.</summary>
    /// <param name="refused">The value that was refused.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">No token can be got.</exception>
    public async ValueTask<string?> GetOtherAsync(string? refused, CancellationToken cancellationToken)
    {
        BearerToken? token = _token;
        return Header(Header(token) == refused ? await RenewAsync(token, cancellationToken).ConfigureAwait(false) : token);
    }

    public void Dispose() => _renewing.Dispose();

    private static string? Header(BearerToken? token) => token is null ? null : $"Bearer {token.Value}";

    private static BearerToken Read(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement root = document.RootElement;
        string value = RestJson.Text(root, "access_token") ?? throw new JsonException("There is no 'access_token' in it.");
        TimeSpan lifetime = root.TryGetProperty("expires_in", out JsonElement seconds) && seconds.TryGetDouble(out double number) && number is > 0 and < 1e9
            ? TimeSpan.FromSeconds(number)
            : s_unknownLifetime;
        return new BearerToken(value, now + (lifetime * RenewedPart));
    }

    private bool IsGood(BearerToken? token) => token is not null && _clock.GetUtcNow() < token.RenewAt;

    private async ValueTask<BearerToken> RenewAsync(BearerToken? old, CancellationToken cancellationToken)
    {
        await _renewing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Another call may have done it meanwhile.
            BearerToken? current = _token;
            return current is not null && current != old ? current : (_token = await AskAsync(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _renewing.Release();
        }
    }

    private async ValueTask<BearerToken> AskAsync(CancellationToken cancellationToken)
    {
        string credential = _settings.Credential!;
        int colon = credential.IndexOf(':', StringComparison.Ordinal);
        string? id = colon > 0 ? credential[..colon] : null;
        List<KeyValuePair<string, string>> form =
        [
            new("grant_type", "client_credentials"),
            .. id is null ? (KeyValuePair<string, string>[])[] : [new("client_id", id)],
            new("client_secret", credential[(colon + 1)..]),
            new("scope", _settings.Scope),
            .. _settings.TokenParameters,
        ];
        using FormUrlEncodedContent content = new(form);
        DateTimeOffset now = _clock.GetUtcNow();
        RestAnswer answer = await _transport.SendAsync(
            new RestRequest(HttpMethod.Post, _settings.TokenUri)
            {
                Body = await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false),
                BodyType = RestRequest.Form,
                Headers = [.. _settings.Headers.Where(header => !header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase))],
                IsRepeatable = true,
            },
            cancellationToken).ConfigureAwait(false);
        string what = $"The token server '{_settings.TokenUri}' gives {(id is null ? "no token" : $"the client '{id}' no token")}";
        try
        {
            return answer.IsDone ? Read(answer.Body, now) : throw RestErrors.Of(
                answer, what, "Check the catalog properties 'credential' (id:secret), 'oauth2-server-uri' and 'scope'.");
        }
        catch (JsonException damage)
        {
            throw new SessionizeException($"{what}: its answer is not one of OAuth 2. Check the catalog property 'oauth2-server-uri'.", damage);
        }
    }

    private sealed record BearerToken(string Value, DateTimeOffset RenewAt);
}
