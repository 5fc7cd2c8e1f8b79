using System.Collections.Specialized;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Web;

namespace Sessionize.S3.Tests.Support;

/// <summary>One request over a socket, which can also be broken off without a word; a server of the class library answers something all the same.</summary>
internal sealed class HttpCall(Socket socket) : IAsyncDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    public string Method { get; private set; } = "";

    /// <summary>Path and query as sent.</summary>
    public string RawUrl { get; private set; } = "";

    public NameValueCollection Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public NameValueCollection Query => HttpUtility.ParseQueryString(RawUrl.Split('?', 2).ElementAtOrDefault(1) ?? "");

    public byte[] Body { get; private set; } = [];

    /// <summary>Reads the request; false if the client went away.</summary>
    public async Task<bool> ReadAsync()
    {
        string[] lines = await ReadHeadAsync();
        if (lines.Length == 0)
        {
            return false;
        }

        string[] first = lines[0].Split(' ');
        (Method, RawUrl) = (first[0], first[1]);
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            Headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        if (Headers["Expect"] is not null)
        {
            await _stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        }

        Body = new byte[int.Parse(Headers["Content-Length"] ?? "0", CultureInfo.InvariantCulture)];
        await _stream.ReadExactlyAsync(Body);
        return true;
    }

    /// <summary>Answers and ends the connection.</summary>
    /// <param name="status">The status.</param>
    /// <param name="headers">Headers but the length.</param>
    /// <param name="body">The body.</param>
    /// <param name="sent">How much of the body is sent before the connection breaks.</param>
    public async Task AnswerAsync(int status, IEnumerable<KeyValuePair<string, string>> headers, byte[] body, int sent)
    {
        StringBuilder head = new(string.Create(
            CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Status\r\nContent-Length: {body.Length}\r\nConnection: close\r\n"));
        foreach ((string name, string value) in headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        await _stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        await _stream.WriteAsync(Method == "HEAD" ? ReadOnlyMemory<byte>.Empty : body.AsMemory(0, sent));
        await _stream.FlushAsync();
        socket.Shutdown(SocketShutdown.Send);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task<string[]> ReadHeadAsync()
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await _stream.ReadAsync(one) == 0)
            {
                return [];
            }

            head.Add(one[0]);
        }

        return Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
