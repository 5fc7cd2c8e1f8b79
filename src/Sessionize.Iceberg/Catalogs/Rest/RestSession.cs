namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>Calls of a server that has said what it is: with its settings, and with what proves who calls. Safe for use by several threads.</summary>
internal sealed class RestSession
{
    private const string Authorization = "Authorization";
    private const string IdempotencyKey = "Idempotency-Key";

    private readonly RestTransport _transport;
    private readonly RestTokenSource _tokens;
    private readonly RestConfiguration _configuration;
    private readonly TimeProvider _clock;

    /// <param name="transport">Sends the calls.</param>
    /// <param name="tokens">Proves who calls.</param>
    /// <param name="settings">With what the server said.</param>
    /// <param name="configuration">What it said.</param>
    /// <param name="clock">Makes keys that grow.</param>
    public RestSession(RestTransport transport, RestTokenSource tokens, RestSettings settings, RestConfiguration configuration, TimeProvider clock)
    {
        (_transport, _tokens, Settings, _configuration, _clock) = (transport, tokens, settings, configuration, clock);
        Paths = new RestPaths(settings);
    }

    /// <summary>The settings.</summary>
    public RestSettings Settings { get; }

    /// <summary>The addresses.</summary>
    public RestPaths Paths { get; }

    /// <summary>The same server, asked in another's name.</summary>
    public RestSession With(RestSettings settings, RestTokenSource tokens) => new(_transport, tokens, settings, _configuration, _clock);

    /// <summary>Asks for something.</summary>
    public ValueTask<RestAnswer> GetAsync(Uri uri, CancellationToken cancellationToken, params IReadOnlyList<KeyValuePair<string, string>> headers) =>
        SendAsync(new RestRequest(HttpMethod.Get, uri) { Headers = headers, IsRepeatable = true }, cancellationToken);

    /// <summary>Changes something. It is sent once, unless the server tells calls apart by a key, or did certainly nothing.</summary>
    public ValueTask<RestAnswer> PostAsync(
        Uri uri, byte[] body, CancellationToken cancellationToken, params IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        bool hasKeys = _configuration.TakesIdempotencyKeys;
        return SendAsync(
            new RestRequest(HttpMethod.Post, uri)
            {
                Body = body,
                Headers = hasKeys ? [.. headers, new(IdempotencyKey, Guid.CreateVersion7(_clock.GetUtcNow()).ToString())] : headers,
                IsRepeatable = hasKeys,
            },
            cancellationToken);
    }

    /// <summary>Whether the server says that it answers a call; <see langword="null"/>: it does not tell.</summary>
    /// <param name="endpoint">The call, such as <c>GET /v1/{prefix}/namespaces</c>.</param>
    public bool? Answers(string endpoint) => _configuration.Endpoints?.Contains(endpoint);

    /// <summary>Sends a call with all that it needs; once more with another token, if the server does not take the one that it had.</summary>
    public async ValueTask<RestAnswer> SendAsync(RestRequest request, CancellationToken cancellationToken)
    {
        string? token = await _tokens.GetAsync(cancellationToken).ConfigureAwait(false);
        RestAnswer answer = await _transport.SendAsync(With(request, token), cancellationToken).ConfigureAwait(false);
        if (!answer.IsUnauthorized || !_tokens.CanRenew)
        {
            return answer;
        }

        string? other = await _tokens.GetOtherAsync(token, cancellationToken).ConfigureAwait(false);
        return await _transport.SendAsync(With(request, other), cancellationToken).ConfigureAwait(false);
    }

    // Headers that are set win over that of the token: who sets Authorization means it.
    private RestRequest With(RestRequest request, string? token) => request with
    {
        Headers = [.. token is null ? (KeyValuePair<string, string>[])[] : [new(Authorization, token)], .. request.Headers, .. Settings.Headers],
    };
}
