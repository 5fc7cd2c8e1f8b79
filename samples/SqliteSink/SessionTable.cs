using System.Text.Json;
using Microsoft.Data.Sqlite;
using Sessionize;

namespace SqliteSink;

/// <summary>The table, in a database that lives in memory as long as this object.</summary>
public sealed class SessionTable : IDisposable
{
    private readonly SqliteConnection _connection;

    public SessionTable(string name)
    {
        Database = $"Data Source={name};Mode=Memory;Cache=Shared";
        _connection = new SqliteConnection(Database);
        _connection.Open();
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = """
            CREATE TABLE sessions (
                session_id TEXT PRIMARY KEY, uuid TEXT NOT NULL, session_start_time_ms INTEGER NOT NULL, session_end_time_ms INTEGER NOT NULL,
                event_count INTEGER NOT NULL, pages_visited TEXT NOT NULL, end_reason TEXT NOT NULL, revision INTEGER NOT NULL)
            """;
        command.ExecuteNonQuery();
    }

    /// <summary>How others connect to the database.</summary>
    public string Database { get; }

    public async ValueTask<IReadOnlyList<Session>> ReadAsync(CancellationToken cancellationToken)
    {
        await using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT * FROM sessions ORDER BY session_start_time_ms, session_id";
        await using SqliteDataReader row = await command.ExecuteReaderAsync(cancellationToken);
        List<Session> sessions = [];
        while (await row.ReadAsync(cancellationToken))
        {
            sessions.Add(new Session
            {
                SessionId = row.GetString(0),
                UserId = row.GetString(1),
                StartMs = row.GetInt64(2),
                EndMs = row.GetInt64(3),
                EventCount = row.GetInt64(4),
                PagesVisited = JsonSerializer.Deserialize<string[]>(row.GetString(5))!,
                EndReason = row.GetString(6),
                Revision = row.GetInt32(7),
                VisitStartMs = row.GetInt64(2),
            });
        }

        return sessions;
    }

    public void Dispose() => _connection.Dispose();
}
