using System.Net;
using System.Net.Http.Headers;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>Sends calls, and sends them again where that does no harm. Safe for use by several threads.</summary>
internal sealed class RestTransport : IDisposable
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromMinutes(1);

    private readonly HttpClient _client;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _answerTimeout;
    private readonly int _retries;

    /// <param name="settings">Time limits and retries.</param>
    /// <param name="clock">Measures them.</param>
    public RestTransport(RestSettings settings, TimeProvider clock)
    {
        (_clock, _answerTimeout, _retries) = (clock, settings.AnswerTimeout, settings.Retries);
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = settings.ConnectTimeout,
            AutomaticDecompression = DecompressionMethods.All,

            // A server that moves is found again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends a call: again with back-off, if it was certainly not done; or if it was perhaps done, and doing it twice does no harm.</summary>
    /// <param name="request">The call.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How it ended.</returns>
    public async ValueTask<RestAnswer> SendAsync(RestRequest request, CancellationToken cancellationToken)
    {
        for (int retry = 0; ; retry++)
        {
            RestAnswer answer = await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
            bool mayRepeat = answer.IsTransient && (answer.IsNotDoneYet || (request.IsRepeatable && answer.IsUnknown));
            if (!mayRepeat || retry == _retries)
            {
                return answer;
            }

            await Task.Delay(Delay(retry, answer.RetryAfter), _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _client.Dispose();

    // Many writers that failed together must not come back together: each waits any part of the time.
    private static TimeSpan Delay(int retry, TimeSpan? retryAfter)
    {
        TimeSpan longest = TimeSpan.FromTicks(Math.Min(s_firstDelay.Ticks << Math.Min(retry, 20), s_longestDelay.Ticks));
        TimeSpan jittered = longest * (0.5 + (Random.Shared.NextDouble() / 2));
        return retryAfter is { } asked && asked > jittered ? (asked < s_longestRetryAfter ? asked : s_longestRetryAfter) : jittered;
    }

    private static HttpRequestMessage Message(RestRequest request)
    {
        HttpRequestMessage message = new(request.Method, request.Uri);
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.BodyType);
        }

        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        foreach ((string name, string value) in request.Headers)
        {
            message.Headers.Remove(name);
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private async ValueTask<RestAnswer> SendOnceAsync(RestRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(_answerTimeout, _clock);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using HttpRequestMessage message = Message(request);
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(message, linked.Token).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(linked.Token).ConfigureAwait(false);
            return RestAnswer.Of((int)response.StatusCode, body, RetryAfter(response.Headers.RetryAfter));
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.ProxyTunnelError or HttpRequestError.SecureConnectionError)
        {
            return RestAnswer.NotSent(failure, isTransient: failure.HttpRequestError is not HttpRequestError.SecureConnectionError);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidDataException)
        {
            return RestAnswer.Lost(failure);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Without the limit having passed, it is that of making a connection.
            return limit.IsCancellationRequested
                ? RestAnswer.Lost(new TimeoutException($"no answer within {_answerTimeout.TotalMilliseconds:0} ms", failure))
                : RestAnswer.NotSent(new TimeoutException("no connection in time", failure), isTransient: true);
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delay } => delay,
        { Date: { } date } => date - _clock.GetUtcNow(),
        _ => null,
    };
}
