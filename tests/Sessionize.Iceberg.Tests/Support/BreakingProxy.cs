using System.Net;
using System.Net.Sockets;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>Stands before a server, and breaks the connection once: when certain bytes go by, before the server has them or behind its answer.</summary>
internal sealed class BreakingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly byte[] _trigger;
    private readonly bool _isDone;
    private readonly Task _loop;
    private int _isBroken;

    /// <param name="server">The server.</param>
    /// <param name="trigger">The bytes at which the connection breaks.</param>
    /// <param name="isDone">Whether the server still gets them, and only its answer is lost.</param>
    public BreakingProxy(IPEndPoint server, byte[] trigger, bool isDone)
    {
        (_server, _trigger, _isDone) = (server, trigger, isDone);
        _listener.Start();
        _loop = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether it has broken the connection.</summary>
    public bool IsBroken => Volatile.Read(ref _isBroken) != 0;

    /// <summary>Whether the server is not reached any more behind that.</summary>
    public bool StaysAway { get; init; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _loop;
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync();
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => ForwardAsync(client));
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using Socket server = new(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                if (IsBroken && StaysAway)
                {
                    return;
                }

                await server.ConnectAsync(_server);
                TaskCompletionSource asked = new();
                await Task.WhenAny(AskAsync(client, server, asked), AnswerAsync(client, server, asked.Task));
            }
            catch (SocketException)
            {
                // Either side went away.
            }
        }
    }

    private async Task AskAsync(Socket client, Socket server, TaskCompletionSource asked)
    {
        byte[] buffer = new byte[64 * 1024];
        while (await client.ReceiveAsync(buffer) is > 0 and int count)
        {
            bool breaks = buffer.AsSpan(0, count).IndexOf(_trigger) >= 0 && Interlocked.Exchange(ref _isBroken, 1) == 0;
            if (breaks && !_isDone)
            {
                return;
            }

            if (breaks)
            {
                asked.SetResult();
            }

            await server.SendAsync(buffer.AsMemory(0, count));
        }
    }

    private static async Task AnswerAsync(Socket client, Socket server, Task asked)
    {
        byte[] buffer = new byte[64 * 1024];
        while (await server.ReceiveAsync(buffer) is > 0 and int count)
        {
            if (asked.IsCompleted)
            {
                return;
            }

            await client.SendAsync(buffer.AsMemory(0, count));
        }
    }
}
