using System.Text.Json;
using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>Iceberg's own REST catalog on 127.0.0.1, with faults at will. One without a credential and with a local warehouse is shared by all tests.</summary>
/// <remarks>Starts at the first <see cref="StartAsync"/>; until then nothing runs. The test is skipped where there is none.</remarks>
public sealed class RestCatalogServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private readonly HttpClient _client = new();
    private IReadOnlyList<string> _arguments = [];
    private string? _script;
    private string? _folder;
    private int _port;

    /// <summary>What calls need, <c>id:secret</c>; <see langword="null"/>: anybody may call.</summary>
    public string? Credential { get; init; }

    /// <summary>For how long a token is good.</summary>
    public TimeSpan? TokenLifetime { get; init; }

    /// <summary>Where the tables lie, if on S3, in a location of their own.</summary>
    public S3Server? S3 { get; init; }

    /// <summary>Where tables lie; of the server, until which is started it is not known.</summary>
    public string Warehouse { get; private set; } = "";

    /// <summary>Where it listens.</summary>
    public string Uri => _port > 0 ? $"http://127.0.0.1:{_port}" : throw new InvalidOperationException("The REST catalog was not started: await StartAsync().");

    /// <summary>What it logs.</summary>
    public string LogFile => Path.Combine(_folder!, "rest-catalog.log");

    /// <summary>Starts the server, unless it runs.</summary>
    /// <returns>This server.</returns>
    public async Task<RestCatalogServer> StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_port == 0)
            {
                _script = SharedFiles.Find("iceberg-java/rest-catalog");
                _folder = Directory.CreateTempSubdirectory("sessionize-rest-").FullName;
                _arguments = [.. await ArgumentsAsync()];
                _port = await ComponentScript.StartServerAsync(_script, _folder, _arguments);
            }
        }
        finally
        {
            _starting.Release();
        }

        return this;
    }

    /// <summary>Stops it: connections are refused, its tables stay.</summary>
    public Task StopAsync() => ComponentScript.StopServerAsync(_script!, _folder!);

    /// <summary>Starts it again on its port.</summary>
    public Task RestartAsync() => ComponentScript.StartServerAsync(_script!, _folder!, _port, _arguments);

    /// <summary>Spoils the next POSTs.</summary>
    /// <param name="mode">How: <c>503-before</c>, <c>503-after</c> (also 500, 502 and 504), <c>409</c>, or <c>slow</c>.</param>
    /// <param name="count">How many.</param>
    /// <param name="delay">How long each waits.</param>
    /// <param name="path">What their path contains; commits and the like by default.</param>
    public async Task FaultAsync(string mode, int count = 1, TimeSpan delay = default, string path = "/tables/")
    {
        Uri place = new($"{Uri}/__test/fault?mode={mode}&count={count}&ms={(long)delay.TotalMilliseconds}&path={System.Uri.EscapeDataString(path)}");
        using HttpResponseMessage answer = await _client.PostAsync(place, null, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>What the server says of the faults: how many were hit.</summary>
    public async Task<JsonElement> FaultsAsync() =>
        JsonSerializer.Deserialize<JsonElement>(await _client.GetStringAsync(new Uri($"{Uri}/__test/fault"), TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            await ComponentScript.StopServerAsync(_script!, _folder);
            Directory.Delete(_folder, recursive: true);
        }

        _client.Dispose();
        _starting.Dispose();
    }

    private async Task<IEnumerable<string>> ArgumentsAsync()
    {
        List<string> arguments = [];
        if (Credential is not null)
        {
            arguments.AddRange("--credential", Credential);
        }

        if (TokenLifetime is { } lifetime)
        {
            arguments.AddRange("--token-seconds", $"{(long)lifetime.TotalSeconds}");
        }

        Warehouse = Path.Combine(_folder!, "warehouse");
        if (S3 is not null)
        {
            await S3.StartAsync();
            Warehouse = $"{S3.NewLocation()}/warehouse";
            arguments.AddRange("--warehouse", Warehouse);
            foreach ((string name, string value) in S3.Properties)
            {
                arguments.AddRange("--prop", $"{name}={value}", "--table-config", $"{name}={value}");
            }
        }

        return arguments;
    }
}
