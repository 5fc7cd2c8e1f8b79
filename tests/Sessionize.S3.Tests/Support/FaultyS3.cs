using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Sessionize.S3.Tests.Support;

/// <summary>A small S3 in memory that fails when it is told to. It does not look at signatures.</summary>
internal sealed partial class FaultyS3 : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, SortedDictionary<int, byte[]>> _uploads = new();
    private readonly ConcurrentQueue<(string Method, string Part, S3Fault Fault)> _faults = new();
    private readonly TaskCompletionSource _end = new();
    private readonly Lock _lock = new();
    private readonly Task _loop;

    public FaultyS3()
    {
        _listener.Start();
        Endpoint = $"http://{_listener.LocalEndpoint}";
        _loop = ServeAsync();
    }

    public string Endpoint { get; }

    /// <summary>What is stored, by <c>bucket/key</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    /// <summary>The requests, <c>METHOD path</c>, with the access key that signed them.</summary>
    public ConcurrentQueue<(string Line, string AccessKey)> Requests { get; } = new();

    /// <summary>Uploads in parts that are neither completed nor aborted.</summary>
    public int OpenUploads => _uploads.Count;

    /// <summary>Stores even where a condition forbids it.</summary>
    public bool IgnoresConditions { get; set; }

    /// <summary>Answers with whole objects where ranges are asked for.</summary>
    public bool IgnoresRanges { get; set; }

    /// <summary>Keys that cannot be deleted together with others.</summary>
    public HashSet<string> Undeletable { get; } = [];

    /// <summary>Settings for a client of it.</summary>
    public Dictionary<string, string> Properties(params (string Name, string Value)[] more)
    {
        Dictionary<string, string> properties = new()
        {
            ["s3.endpoint"] = Endpoint,
            ["s3.access-key-id"] = "key",
            ["s3.secret-access-key"] = "secret",
            ["s3.path-style-access"] = "true",
        };
        foreach ((string name, string value) in more)
        {
            properties[name] = value;
        }

        return properties;
    }

    /// <summary>The next requests of a method fail so.</summary>
    /// <param name="method">The method.</param>
    /// <param name="fault">How they fail.</param>
    /// <param name="times">How many.</param>
    /// <param name="of">A part of the names that they are for; others do not fail meanwhile.</param>
    public FaultyS3 FailNext(string method, S3Fault fault, int times = 1, string of = "")
    {
        for (int time = 0; time < times; time++)
        {
            _faults.Enqueue((method, of, fault));
        }

        return this;
    }

    /// <summary>Nothing fails any more.</summary>
    public void Mend() => _faults.Clear();

    public int Count(string method) => Requests.Count(request => request.Line.StartsWith(method + ' ', StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        _listener.Stop();
        await _loop;
        _listener.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync();
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => ServeAsync(new HttpCall(socket)));
        }
    }

    private async Task ServeAsync(HttpCall call)
    {
        await using (call)
        {
            try
            {
                if (await call.ReadAsync())
                {
                    await AnswerAsync(call);
                }
            }
            catch (Exception broken) when (broken is SocketException or IOException)
            {
                // The client went away.
            }
        }
    }

    private async Task AnswerAsync(HttpCall call)
    {
        Requests.Enqueue(($"{call.Method} {call.RawUrl}", AccessKey().Match(call.Headers["Authorization"] ?? "").Groups[1].Value));
        S3Fault? fault = TakeFault(call);
        if (fault == S3Fault.DropBefore)
        {
            return;
        }

        Reply? reply = Refusal(fault);
        if (reply is null)
        {
            lock (_lock)
            {
                reply = Do(call);
            }
        }

        switch (fault)
        {
            case S3Fault.DropAfter:
                return;
            case S3Fault.HangAfter:
                await _end.Task;
                return;
            case S3Fault.InternalErrorAfter:
                reply = Error(500, "InternalError");
                break;
        }

        await call.AnswerAsync(reply.Status, reply.Headers, reply.Body, fault == S3Fault.CutAnswer ? reply.Body.Length / 2 : reply.Body.Length);
    }

    private S3Fault? TakeFault(HttpCall call)
    {
        lock (_lock)
        {
            return _faults.TryPeek(out (string Method, string Part, S3Fault Fault) next) && next.Method == call.Method
                && call.RawUrl.Contains(next.Part, StringComparison.Ordinal) && _faults.TryDequeue(out next) ? next.Fault : null;
        }
    }

    private Reply Do(HttpCall request)
    {
        string name = Uri.UnescapeDataString(request.RawUrl.Split('?')[0].TrimStart('/'));
        string? upload = request.Query["uploadId"];
        return request.Method switch
        {
            "PUT" when upload is not null => PutPart(upload, request),
            "PUT" => Put(name, request),
            "GET" when request.Query["list-type"] == "2" => List(name, request.Query["prefix"] ?? ""),
            "GET" or "HEAD" => Get(name, request),
            "DELETE" when upload is not null => _uploads.TryRemove(upload, out _) ? new Reply(204, []) : Error(404, "NoSuchUpload"),
            "DELETE" => Delete(name),
            "POST" when request.RawUrl.Contains("?delete", StringComparison.Ordinal) => DeleteMany(name, request.Body),
            "POST" when upload is not null => Complete(name, upload),
            "POST" => Initiate(),
            _ => Error(405, "MethodNotAllowed"),
        };
    }

    private Reply Put(string name, HttpCall request)
    {
        if (request.Headers["If-None-Match"] == "*" && Objects.ContainsKey(name) && !IgnoresConditions)
        {
            return Error(412, "PreconditionFailed");
        }

        Objects[name] = request.Body;
        return new Reply(200, []) { ETag = ETag(request.Body) };
    }

    private Reply Get(string name, HttpCall request)
    {
        if (!Objects.TryGetValue(name, out byte[]? content))
        {
            return Error(404, "NoSuchKey");
        }

        if (request.Headers["If-Match"] is { } wanted && wanted != ETag(content))
        {
            return Error(412, "PreconditionFailed");
        }

        Match range = Range().Match(request.Headers["Range"] ?? "");
        if (!range.Success || IgnoresRanges)
        {
            return new Reply(200, content) { ETag = ETag(content) };
        }

        int start = range.Groups[1].Length == 0
            ? Math.Max(0, content.Length - int.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture))
            : int.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture);
        int end = range.Groups[1].Length == 0 || range.Groups[2].Length == 0 ? content.Length : Math.Min(content.Length, int.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture) + 1);
        return content.Length == 0 ? Error(416, "InvalidRange")
            : new Reply(206, content[start..end]) { ETag = ETag(content), ContentRange = $"bytes {start}-{end - 1}/{content.Length}" };
    }

    private static Reply? Refusal(S3Fault? fault) => fault switch
    {
        S3Fault.InternalErrorBefore => Error(500, "InternalError"),
        S3Fault.SlowDown => Error(503, "SlowDown"),
        S3Fault.Conflict => Error(409, "ConditionalRequestConflict"),
        S3Fault.NotImplemented => Error(501, "NotImplemented"),
        S3Fault.AccessDenied => Error(403, "AccessDenied"),
        S3Fault.ExpiredToken => Error(400, "ExpiredToken"),
        _ => null,
    };

    private static Reply Error(int status, string code) => new(
        status, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>the stub says so</Message></Error>"));

    private static Reply Xml(string body) => new(200, Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?>" + body));

#pragma warning disable CA5351 // It is what S3 has there, and clients compare it with what they read.
    private static string ETag(byte[] content) => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";
#pragma warning restore CA5351

    [GeneratedRegex("Credential=([^/]*)/")]
    private static partial Regex AccessKey();

    [GeneratedRegex("^bytes=([0-9]*)-([0-9]*)$")]
    private static partial Regex Range();

    private sealed record Reply(int Status, byte[] Body)
    {
        public string? ETag { get; init; }

        public string? ContentRange { get; init; }

        public IEnumerable<KeyValuePair<string, string>> Headers
        {
            get
            {
                if (ETag is not null)
                {
                    yield return new("ETag", ETag);
                }

                if (ContentRange is not null)
                {
                    yield return new("Content-Range", ContentRange);
                }
            }
        }
    }
}
