using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Reading;

/// <summary>Makes sessions of a table's rows: of the columns of semantics section 5 that the table has, by exact name.</summary>
internal sealed class SessionRows
{
    /// <summary>What stands for an unknown reason.</summary>
    public const string UnknownReason = "Unknown";

    private readonly string _table;
    private readonly IcebergSchema _schema;
    private readonly IcebergField _user;
    private readonly IcebergField _session;
    private readonly IcebergField?[] _start;
    private readonly IcebergField?[] _end;
    private readonly IcebergField _events;
    private readonly IcebergField? _pages;
    private readonly IcebergField? _entry;
    private readonly IcebergField? _exit;
    private readonly IcebergField? _views;
    private readonly IcebergField? _reason;
    private readonly IcebergField? _visit;
    private readonly IcebergField? _index;
    private readonly IcebergField? _revision;
    private readonly IcebergField? _bucket;

    /// <param name="table">What messages call the table.</param>
    /// <param name="schema">Its columns.</param>
    /// <exception cref="SessionizeException">A column without which there is no session is not there; or one has another type.</exception>
    public SessionRows(string table, IcebergSchema schema)
    {
        (_table, _schema) = (table, schema);
        _user = Find("uuid", PrimitiveKind.String, PrimitiveKind.Uuid) ?? throw Missing("uuid");
        _session = Find("session_id", PrimitiveKind.String, PrimitiveKind.Uuid) ?? throw Missing("session_id");
        _start = [Find("session_start_time_ms", PrimitiveKind.Long, PrimitiveKind.Int), Find("session_start_time", PrimitiveKind.TimestampTz, PrimitiveKind.Timestamp)];
        _end = [Find("session_end_time_ms", PrimitiveKind.Long, PrimitiveKind.Int), Find("session_end_time", PrimitiveKind.TimestampTz, PrimitiveKind.Timestamp)];
        _events = Find("event_count", PrimitiveKind.Long, PrimitiveKind.Int) ?? throw Missing("event_count");
        if (_start is [null, null] || _end is [null, null])
        {
            throw Missing(_start is [null, null] ? "session_start_time_ms" : "session_end_time_ms");
        }

        _pages = schema.Find("pages_visited");
        if (_pages is not null and not { Type: ListType { Element: PrimitiveType { Kind: PrimitiveKind.String } } })
        {
            throw WrongType(_pages, "list<string>");
        }

        _entry = Find("entry_page", PrimitiveKind.String);
        _exit = Find("exit_page", PrimitiveKind.String);
        _views = Find("page_view_count", PrimitiveKind.Long, PrimitiveKind.Int);
        _reason = Find("end_reason", PrimitiveKind.String);
        _visit = Find("visit_start_time_ms", PrimitiveKind.Long, PrimitiveKind.Int);
        _index = Find("session_index", PrimitiveKind.Int, PrimitiveKind.Long);
        _revision = Find("revision", PrimitiveKind.Int, PrimitiveKind.Long);
        _bucket = Find("user_hash_bucket", PrimitiveKind.Int, PrimitiveKind.Long);
        Fields = [.. ((IcebergField?[])[_user, _session, .. _start, .. _end, _events, _pages, _entry, _exit, _views, _reason, _visit, _index, _revision, _bucket])
            .OfType<IcebergField>()];
    }

    /// <summary>The columns that are read.</summary>
    public IReadOnlyList<IcebergField> Fields { get; }

    /// <summary>Makes the session of a row.</summary>
    /// <exception cref="SessionizeException">The row lacks something without which there is no session.</exception>
    public Session Read(RowBlock block, int row)
    {
        string id = Text(block, _session, row) ?? throw Null(_session.Name, "another");
        long start = Time(block, _start, row) ?? throw Null("session_start_time_ms", id);
        return new Session
        {
            SessionId = id,
            UserId = Text(block, _user, row) ?? throw Null(_user.Name, id),
            StartMs = start,
            EndMs = Time(block, _end, row) ?? throw Null("session_end_time_ms", id),
            EventCount = Number(block, _events, row) ?? throw Null(_events.Name, id),
            PagesVisited = Value(block, _pages, row) is IReadOnlyList<object?> pages ? [.. pages.OfType<string>()] : [],
            EntryPage = Text(block, _entry, row),
            ExitPage = Text(block, _exit, row),
            PageViewCount = Number(block, _views, row) ?? 0,
            EndReason = Text(block, _reason, row) ?? UnknownReason,
            VisitStartMs = Number(block, _visit, row) ?? start,
            SessionIndex = Narrow(block, _index, row),
            Revision = Narrow(block, _revision, row),
            UserHashBucket = Narrow(block, _bucket, row),
        };
    }

    private static object? Value(RowBlock block, IcebergField? field, int row) => field is null ? null : block.Value(field.Id, row);

    private static string? Text(RowBlock block, IcebergField? field, int row) => Value(block, field, row) switch
    {
        null => null,
        Guid guid => guid.ToString("D"),
        object value => (string)value,
    };

    private static long? Number(RowBlock block, IcebergField? field, int row) => Value(block, field, row) switch
    {
        null => null,
        int number => number,
        object value => (long)value,
    };

    private static int Narrow(RowBlock block, IcebergField? field, int row) => (int)Math.Clamp(Number(block, field, row) ?? 0, int.MinValue, int.MaxValue);

    /// <summary>Milliseconds, or else microseconds rounded down.</summary>
    private static long? Time(RowBlock block, IcebergField?[] fields, int row) =>
        Number(block, fields[0], row) ?? (Number(block, fields[1], row) is { } time ? (time / 1000) - (time % 1000 < 0 ? 1 : 0) : null);

    private IcebergField? Find(string name, params PrimitiveKind[] kinds)
    {
        IcebergField? field = _schema.Find(name);
        return field is null || (field.Type is PrimitiveType type && kinds.Contains(type.Kind))
            ? field
            : throw WrongType(field, new PrimitiveType(kinds[0]).ToString());
    }

    private SessionizeException Missing(string column) =>
        new($"The table {_table} has no column '{column}', without which its rows are no sessions: name a table of sessions.");

    private SessionizeException Null(string column, string session) =>
        new($"The table {_table} has a row without '{column}' (its session is {session}): it is no session. Delete the row, or ask for others.");

    private SessionizeException WrongType(IcebergField field, string wanted) =>
        new($"The column '{field.Name}' of the table {_table} has the type {TypeText.Of(field.Type)}, and {wanted} is needed to read sessions.");
}
