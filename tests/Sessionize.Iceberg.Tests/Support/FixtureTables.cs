using System.Text.Json;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>The tables that Spark wrote. Their metadata fixes their place, so all processes take turns, and a test class has them for itself.</summary>
/// <remarks>Test classes that use it are <c>[Collection(FixtureTables.Collection)]</c> and take it in their constructor.</remarks>
public sealed class FixtureTables : IAsyncDisposable
{
    /// <summary>The collection of test classes that use the tables.</summary>
    public const string Collection = "Tables of Spark";

    private const string Folder = "/tmp/sessionize-fixtures";

    // Not a table: a file in it is one of user_sessions_imported, whose metadata names it where it is.
    private const string Imported = "import_src";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    private readonly HashSet<string> _pristine = [];
    private Dictionary<string, FixtureExpectation>? _expected;
    private FileStream? _turn;

    /// <summary>The warehouse; the tables are in its namespace <c>sessions</c>.</summary>
    public static string Warehouse => $"{Folder}/warehouse";

    /// <summary>The tables' names.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "user_sessions_partitioned", "user_sessions_hidden", "user_sessions_flat", "user_sessions_v1", "user_sessions_v3", "user_sessions_imported",
        "user_sessions_evolved_spec",
    ];

    /// <summary>What is expected of each table.</summary>
    public IReadOnlyDictionary<string, FixtureExpectation> Expected => _expected ??= Read();

    /// <summary>A table as Spark left it; the test only reads it.</summary>
    /// <param name="name">Its name, such as <c>user_sessions_flat</c>.</param>
    /// <returns>Its folder.</returns>
    public async Task<string> ReadOnlyAsync(string name)
    {
        string folder = await WritableAsync(name, _pristine.Contains(name));
        _pristine.Add(name);
        return folder;
    }

    /// <summary>A table as Spark left it, that the test may change.</summary>
    /// <inheritdoc cref="ReadOnlyAsync"/>
    public Task<string> WritableAsync(string name)
    {
        _pristine.Remove(name);
        return WritableAsync(name, isPristine: false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_turn is not null)
        {
            await _turn.DisposeAsync();
        }
    }

    private async Task<string> WritableAsync(string name, bool isPristine)
    {
        string sources = SharedFiles.Find("iceberg-fixtures/warehouse/sessions");
        if (_turn is null)
        {
            _turn = await WaitForTurnAsync();
            CopyAnew($"{sources}/{Imported}", $"{Warehouse}/sessions/{Imported}");
        }

        string folder = $"{Warehouse}/sessions/{name}";
        if (!isPristine)
        {
            CopyAnew($"{sources}/{name}", folder);
        }

        return folder;
    }

    private static void CopyAnew(string source, string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Copy(source, folder);
    }

    // A lock of the operating system on an open file: a process that dies gives it back.
    private static async Task<FileStream> WaitForTurnAsync()
    {
        Directory.CreateDirectory(Folder);
        using CancellationTokenSource limit = new(s_limit);
        while (true)
        {
            try
            {
                return new FileStream($"{Folder}/turn.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!limit.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            }
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string folder in Directory.EnumerateDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    private static Dictionary<string, FixtureExpectation> Read()
    {
        JsonSerializerOptions options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        return JsonSerializer.Deserialize<Dictionary<string, FixtureExpectation>>(File.ReadAllBytes(SharedFiles.Find("iceberg-fixtures/expected.json")), options)!;
    }
}
