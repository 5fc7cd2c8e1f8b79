using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>A database of a PostgreSQL server.</summary>
internal sealed class PostgresDatabase : SqlDatabase
{
    private const int ConnectSeconds = 15;
    private const int CommandSeconds = 30;

    private readonly NpgsqlDataSource _source;
    private readonly string _user;

    /// <param name="settings">Where it is, and who asks.</param>
    public PostgresDatabase(NpgsqlConnectionStringBuilder settings)
    {
        settings.ApplicationName ??= "sessionize";
        if (!settings.ContainsKey("Timeout"))
        {
            settings.Timeout = ConnectSeconds;
        }

        if (!settings.ContainsKey("Command Timeout"))
        {
            settings.CommandTimeout = CommandSeconds;
        }

        _user = settings.Username ?? "";
        Description = $"PostgreSQL database '{settings.Database}' at {settings.Host}:{settings.Port}";
        _source = NpgsqlDataSource.Create(settings);
    }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override async ValueTask<DbConnection?> OpenAsync(bool mayCreate, CancellationToken cancellationToken) =>
        await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override bool IsDuplicate(DbException failure) =>
        State(failure) is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject;

    /// <inheritdoc/>
    public override bool IsMissingTable(DbException failure) => State(failure) == PostgresErrorCodes.UndefinedTable;

    /// <inheritdoc/>
    public override bool IsMissingColumn(DbException failure) => State(failure) == PostgresErrorCodes.UndefinedColumn;

    /// <inheritdoc/>
    public override bool IsContention(DbException failure) =>
        State(failure) is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable;

    /// <summary>The server answered that the statement failed. Where it ends the connection, or nothing came back, the statement may have been carried out.</summary>
    public override bool IsDefinite(DbException failure) => State(failure) is { } state && !IsShutdown(state)
        && state != PostgresErrorCodes.StatementCompletionUnknown;

    /// <inheritdoc/>
    public override bool IsRefusal(DbException failure) => State(failure) is
        PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.StringDataRightTruncation;

    /// <inheritdoc/>
    public override SessionizeException Explain(Exception failure)
    {
        (string remedy, bool isTransient) = failure is PostgresException answer ? Explain(answer)
            : failure.InnerException is SocketException or IOException || failure is SocketException
                ? ("Look whether the server runs, and host and port are right.", true)
            : failure.InnerException is TimeoutException || failure is TimeoutException ? ("The server did not answer in time: try again later.", true)
            : ("Look after the server.", failure is DbException { IsTransient: true });
        string message = failure is PostgresException { MessageText: { } text } ? text : failure.Message;
        return new SessionizeException($"The {Description} failed: {message.TrimEnd('.')}. {remedy}", failure, isTransient);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    private static string? State(DbException failure) => (failure as PostgresException)?.SqlState;

    private static bool IsShutdown(string state) =>
        state.StartsWith("57P0", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal) || state == PostgresErrorCodes.QueryCanceled;

    private (string Remedy, bool IsTransient) Explain(PostgresException answer) => answer.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            ($"Correct user '{_user}' or its password in the catalog's URI, or in 'jdbc.user' and 'jdbc.password'.", false),
        PostgresErrorCodes.InvalidCatalogName => ("Create the database, or correct its name in the catalog's URI.", false),
        PostgresErrorCodes.InsufficientPrivilege =>
            ($"Give user '{_user}' permission to select, insert and update 'iceberg_tables' and 'iceberg_namespace_properties', and to create them if they are missing.", false),
        PostgresErrorCodes.ReadOnlySqlTransaction => ("The server is read-only, as a standby is: name the primary one.", false),
        PostgresErrorCodes.StringDataRightTruncation => ("A location or name is longer than the catalog's tables hold: choose a shorter warehouse or name.", false),
        { } state when IsShutdown(state) || state.StartsWith("53", StringComparison.Ordinal) => ("Try again later, and look after the server.", true),
        _ => ("Look after the server.", answer.IsTransient),
    };
}
