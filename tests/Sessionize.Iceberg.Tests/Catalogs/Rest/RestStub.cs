using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>A server that answers as a test says, and remembers what it was asked.</summary>
internal sealed class RestStub : IAsyncDisposable
{
    public const string Configuration = """{"defaults":{},"overrides":{}}""";

    private readonly HttpListener _listener;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<StubReply>> _replies = new();
    private readonly ConcurrentQueue<StubCall> _calls = new();
    private readonly Task _serving;

    public RestStub(string configuration = Configuration)
    {
        (_listener, Uri) = Listen();
        _serving = ServeAsync();
        On("GET /v1/config", new StubReply(200, configuration));
    }

    /// <summary>Where it listens.</summary>
    public string Uri { get; }

    /// <summary>All that it was asked, in order.</summary>
    public IReadOnlyList<StubCall> Calls => [.. _calls];

    /// <summary>The replies to a call, one after the other; the last one stays.</summary>
    /// <param name="call">Method and path as it is sent, <c>GET /v1/config</c>.</param>
    /// <param name="replies">The replies.</param>
    public RestStub On(string call, params StubReply[] replies)
    {
        _replies[call] = new ConcurrentQueue<StubReply>(replies);
        return this;
    }

    /// <summary>What it was asked by one method and path.</summary>
    public IReadOnlyList<StubCall> CallsOf(string call) => [.. _calls.Where(made => $"{made.Method} {made.Path}" == call)];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private static (HttpListener Listener, string Uri) Listen()
    {
        while (true)
        {
            string uri = $"http://127.0.0.1:{Support.ComponentScript.FreePort()}";
            HttpListener listener = new();
            listener.Prefixes.Add($"{uri}/");
            try
            {
                listener.Start();
                return (listener, uri);
            }
            catch (HttpListenerException)
            {
                // Another was faster.
            }
        }
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        HttpListenerRequest request = context.Request;
        using StreamReader reader = new(request.InputStream, Encoding.UTF8);
        StubCall call = new(
            request.HttpMethod,
            request.RawUrl!,
            request.Headers.AllKeys.ToDictionary(name => name!, name => request.Headers[name]!, StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync());
        _calls.Enqueue(call);
        StubReply reply = Next($"{call.Method} {call.Path}");
        try
        {
            await reply.Until;
            if (reply.IsBroken)
            {
                // Less than was announced: without any of it, the listener would end the answer in good order.
                context.Response.ContentLength64 = 1000;
                await context.Response.OutputStream.WriteAsync(new byte[10]);
                context.Response.Abort();
                return;
            }

            context.Response.StatusCode = reply.Status;
            foreach ((string name, string value) in reply.Headers)
            {
                context.Response.AddHeader(name, value);
            }

            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(reply.Body));
            context.Response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The client did not wait for it.
        }
    }

    private StubReply Next(string call)
    {
        if (!_replies.TryGetValue(call, out ConcurrentQueue<StubReply>? replies))
        {
            return new StubReply(404, "<html><head><title>no such page</title></head></html>");
        }

        return replies.Count > 1 && replies.TryDequeue(out StubReply? reply) ? reply : replies.TryPeek(out StubReply? last) ? last : new StubReply(404, "");
    }
}
