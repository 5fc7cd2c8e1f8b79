using System.Globalization;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>An S3 server of its own folder on 127.0.0.1. One is shared by all tests of the run; a test that stops it makes its own.</summary>
/// <remarks>Starts at the first <see cref="StartAsync"/>; until then nothing runs. The test is skipped where there is none.</remarks>
public sealed class S3Server : IAsyncDisposable
{
    /// <summary>The bucket that is there.</summary>
    public const string Bucket = "lake";

    public const string Region = "us-east-1";
    public const string AccessKey = "test-key";
    public const string SecretKey = "test-secret";

    private static readonly string[] s_arguments = ["--access-key", AccessKey, "--secret-key", SecretKey, "--region", Region, "--bucket", Bucket];

    private readonly SemaphoreSlim _starting = new(1);
    private string? _script;
    private string? _folder;
    private int _port;
    private int _places;

    /// <summary>Where it listens, <c>http://127.0.0.1:PORT</c>.</summary>
    public string Endpoint => _port > 0 ? $"http://127.0.0.1:{_port}" : throw new InvalidOperationException("The S3 server was not started: await StartAsync().");

    /// <summary>Its process.</summary>
    public int ProcessId => int.Parse(File.ReadAllText(Path.Combine(_folder!, "s3.pid")), CultureInfo.InvariantCulture);

    /// <summary>How tables' files are reached there, by Iceberg's standard names.</summary>
    public IReadOnlyDictionary<string, string> Properties => new Dictionary<string, string>
    {
        ["s3.endpoint"] = Endpoint,
        ["s3.access-key-id"] = AccessKey,
        ["s3.secret-access-key"] = SecretKey,
        ["s3.path-style-access"] = "true",
        ["client.region"] = Region,
    };

    /// <summary>Starts the server, unless it runs.</summary>
    /// <returns>This server.</returns>
    public async Task<S3Server> StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_port == 0)
            {
                _script = SharedFiles.Find("s3/s3");
                _folder = Directory.CreateTempSubdirectory("sessionize-s3-").FullName;
                _port = await ComponentScript.StartServerAsync(_script, _folder, s_arguments);
            }
        }
        finally
        {
            _starting.Release();
        }

        return this;
    }

    /// <summary>A location that no other test has, <c>s3://BUCKET/…</c> without a slash at its end.</summary>
    public string NewLocation() => $"s3://{Bucket}/{Environment.ProcessId}-{Interlocked.Increment(ref _places)}";

    /// <summary>Stops it: connections are refused, its objects stay.</summary>
    public Task StopAsync() => ComponentScript.StopServerAsync(_script!, _folder!);

    /// <summary>Starts it again on its port.</summary>
    public Task RestartAsync() => ComponentScript.StartServerAsync(_script!, _folder!, _port, s_arguments);

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            await ComponentScript.StopServerAsync(_script!, _folder);
            Directory.Delete(_folder, recursive: true);
        }

        _starting.Dispose();
    }
}
