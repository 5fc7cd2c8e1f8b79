using System.Text.Json;
using Microsoft.Data.Sqlite;
using Sessionize;
using Sessionize.Sinks;

namespace SqliteSink;

/// <summary>Sessions into a table, once each: all that is needed is an upsert by their id.</summary>
public class SqliteSessionSink(string database) : UpsertSessionSink
{
    // An older revision, repeated by a process that was slow, never replaces a newer one.
    private const string Upsert = """
        INSERT INTO sessions VALUES ($id, $user, $start, $end, $events, $pages, $reason, $revision)
        ON CONFLICT (session_id) DO UPDATE
        SET session_start_time_ms = $start, session_end_time_ms = $end, event_count = $events, pages_visited = $pages, end_reason = $reason, revision = $revision
        WHERE revision <= $revision
        """;

    private const string Delete = "DELETE FROM sessions WHERE session_id = $id AND revision <= $revision";

    protected override async ValueTask UpsertAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        await using SqliteConnection connection = new(database);
        await connection.OpenAsync(cancellationToken);
        await using SqliteTransaction transaction = connection.BeginTransaction();
        foreach ((SessionChangeKind kind, Session session) in changes)
        {
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = kind == SessionChangeKind.Added ? Upsert : Delete;
            command.Parameters.AddWithValue("$id", session.SessionId);
            command.Parameters.AddWithValue("$user", session.UserId);
            command.Parameters.AddWithValue("$start", session.StartMs);
            command.Parameters.AddWithValue("$end", session.EndMs);
            command.Parameters.AddWithValue("$events", session.EventCount);
            command.Parameters.AddWithValue("$pages", JsonSerializer.Serialize(session.PagesVisited));
            command.Parameters.AddWithValue("$reason", session.EndReason);
            command.Parameters.AddWithValue("$revision", session.Revision);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
