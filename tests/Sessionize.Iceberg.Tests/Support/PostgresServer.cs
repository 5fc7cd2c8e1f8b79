using Npgsql;
using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>A database of its own on the PostgreSQL server that the environment names.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Variable = "SESSIONIZE_POSTGRES";
    private const string RequireVariable = "SESSIONIZE_REQUIRE_COMPONENTS";

    private readonly NpgsqlDataSource _administration;
    private readonly UriBuilder _uri;

    private PostgresServer(string uri, string database)
    {
        _administration = NpgsqlDataSource.Create(Settings(uri));
        _uri = new UriBuilder(uri) { Path = database };
        Database = database;
    }

    /// <summary>The name of the database.</summary>
    public string Database { get; }

    /// <summary>The database's URI.</summary>
    public string Uri => _uri.Uri.OriginalString;

    /// <summary>The same for JDBC, without user and password.</summary>
    public string JdbcUri => $"jdbc:postgresql://{_uri.Host}:{_uri.Port}/{Database}";

    /// <summary>The user.</summary>
    public string User => _uri.UserName;

    /// <summary>Creates a database; skips the test where there is no server.</summary>
    public static async Task<PostgresServer> CreateDatabaseAsync()
    {
        string? uri = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(uri))
        {
            string remedy = $"No PostgreSQL server was named: set {Variable} to postgresql://USER:PASSWORD@HOST:PORT/DATABASE of a user that may create databases.";
            if (Environment.GetEnvironmentVariable(RequireVariable) == "1")
            {
                Assert.Fail(remedy);
            }

            Assert.Skip(remedy);
        }

        PostgresServer server = new(uri!, $"sessionize_{Guid.NewGuid():N}");
        await server.AdministrateAsync($"CREATE DATABASE {server.Database}");
        return server;
    }

    /// <summary>Runs a statement on the server's first database.</summary>
    public async Task AdministrateAsync(string statement)
    {
        await using NpgsqlCommand command = _administration.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs a statement in this database.</summary>
    public async Task<object?> AskAsync(string statement)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(Settings(Uri) + ";Pooling=false");
        await using NpgsqlCommand command = source.CreateCommand(statement);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await AdministrateAsync($"DROP DATABASE IF EXISTS {Database} WITH (FORCE)");
        await _administration.DisposeAsync();
    }

    private static string Settings(string uri)
    {
        Uri parsed = new(uri);
        string[] user = parsed.UserInfo.Split(':');
        return new NpgsqlConnectionStringBuilder
        {
            Host = parsed.Host,
            Port = parsed.Port,
            Database = parsed.AbsolutePath.Trim('/'),
            Username = System.Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? System.Uri.UnescapeDataString(user[1]) : null,
        }.ToString();
    }
}
