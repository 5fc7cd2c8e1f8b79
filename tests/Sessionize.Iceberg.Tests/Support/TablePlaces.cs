using Npgsql;
using Sessionize.S3;
using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>Makes places for tables: every catalog, on local disk and on S3. A test is skipped where a component is not there.</summary>
public sealed class TablePlaces(S3Server s3, RestCatalogServer rest) : IAsyncDisposable
{
    private const string PostgresVariable = "SESSIONIZE_POSTGRES";
    private const string RequireVariable = "SESSIONIZE_REQUIRE_COMPONENTS";

    /// <summary>Of all instances: tests that run at once share the servers, and their tables have to have different names.</summary>
    private static int s_places;

    private readonly TemporaryFolder _folder = new();
    private readonly RestCatalogServer _restOnS3 = new() { S3 = s3 };

    /// <summary>All places.</summary>
    public static TheoryData<TablePlaceKind> Kinds => [.. Enum.GetValues<TablePlaceKind>()];

    /// <summary>A new place.</summary>
    public async Task<TablePlace> NewAsync(TablePlaceKind kind)
    {
        int number = Interlocked.Increment(ref s_places);
        string name = $"n{Environment.ProcessId}x{number}.sessions";
        IReadOnlyDictionary<string, string> properties = kind is TablePlaceKind.HadoopS3 or TablePlaceKind.SqliteS3 or TablePlaceKind.RestS3
            ? (await s3.StartAsync()).Properties
            : new Dictionary<string, string>();
        string warehouse = properties.Count > 0 ? s3.NewLocation() : _folder.File($"warehouse{number}");
        switch (kind)
        {
            case TablePlaceKind.HadoopLocal:
                return new TablePlace(() => New(IcebergCatalogKind.Hadoop, null), $"{warehouse}/{name.Replace('.', '/')}");
            case TablePlaceKind.HadoopS3:
                return new TablePlace(() => New(IcebergCatalogKind.Hadoop, null), TableAddress.OnS3(s3, $"{warehouse}/{name.Replace('.', '/')}"));
            case TablePlaceKind.SqliteLocal or TablePlaceKind.SqliteS3:
                string file = _folder.File($"catalog{number}.db");
                TableAddress sqlite = TableAddress.InSql($"jdbc:sqlite:{file}", "sessionize", warehouse, name, [.. ForJava(properties)]);
                return new TablePlace(() => New(IcebergCatalogKind.Sql, $"sqlite:///{file}"), sqlite);
            case TablePlaceKind.PostgresLocal:
                string uri = Postgres();
                Uri server = new(uri);
                TableAddress postgres = TableAddress.InSql(
                    $"jdbc:postgresql://{server.Host}:{server.Port}{server.AbsolutePath}", "sessionize", warehouse, name,
                    ["--user", server.UserInfo.Split(':')[0], "--password", server.UserInfo.Split(':').ElementAtOrDefault(1) ?? ""]);
                return new TablePlace(() => New(IcebergCatalogKind.Sql, uri), postgres);
            default:
                RestCatalogServer catalog = await (kind == TablePlaceKind.RestS3 ? _restOnS3 : rest).StartAsync();
                warehouse = catalog.Warehouse;
                return new TablePlace(() => New(IcebergCatalogKind.Rest, catalog.Uri), TableAddress.InRest(catalog, name));
        }

        IcebergTableOptions New(IcebergCatalogKind catalog, string? uri)
        {
            IcebergTableOptions options = new() { Name = name, Warehouse = warehouse, Catalog = catalog, CatalogUri = uri, Storages = { new S3FileStorageFactory() } };
            foreach ((string key, string value) in properties)
            {
                options.CatalogProperties[key] = value;
            }

            return options;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _restOnS3.DisposeAsync();
        _folder.Dispose();
    }

    private static IEnumerable<string> ForJava(IReadOnlyDictionary<string, string> properties) =>
        properties.Count == 0 ? [] : properties.Append(new("io-impl", "org.apache.iceberg.aws.s3.S3FileIO")).SelectMany(pair => (string[])["--prop", $"{pair.Key}={pair.Value}"]);

    private static string Postgres()
    {
        if (Environment.GetEnvironmentVariable(PostgresVariable) is { Length: > 0 } uri)
        {
            return uri;
        }

        string message = $"Set {PostgresVariable} to a database, such as postgresql://user@127.0.0.1:5432/postgres.";
        Assert.SkipWhen(Environment.GetEnvironmentVariable(RequireVariable) != "1", message);
        throw new InvalidOperationException(message);
    }
}
