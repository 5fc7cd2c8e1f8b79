using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>A file of SQLite. It works between processes of one machine; not on network file systems, whose locks do not always hold.</summary>
internal sealed class SqliteDatabase(string path) : SqlDatabase
{
    private const int Error = 1;
    private const int Permission = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Constraint = 19;
    private const int NotADatabase = 26;
    private const int WaitSeconds = 30;

    private readonly string _path = Path.GetFullPath(path);

    /// <inheritdoc/>
    public override string Description => $"SQLite database '{_path}'";

    /// <inheritdoc/>
    public override async ValueTask<DbConnection?> OpenAsync(bool mayCreate, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path))
        {
            if (!mayCreate)
            {
                return null;
            }

            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new SessionizeException(
                    $"Cannot create the folder of the {Description}: {failure.Message.TrimEnd('.')}. Choose a place where folders can be created.", failure);
            }
        }

        // A pooled connection would keep the file open behind the catalog's end.
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = mayCreate ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            DefaultTimeout = WaitSeconds,
            Pooling = false,
        }.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool IsDuplicate(DbException failure) => Code(failure) == Constraint
        || (Code(failure) == Error && failure.Message.Contains("already exists", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override bool IsMissingTable(DbException failure) => Code(failure) == Error && failure.Message.Contains("no such table", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool IsMissingColumn(DbException failure) => Code(failure) == Error && failure.Message.Contains("no such column", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool IsContention(DbException failure) => Code(failure) is Busy or Locked;

    /// <inheritdoc/>
    public override bool IsDefinite(DbException failure) => Code(failure) is not (InputOutput or Corrupt);

    /// <inheritdoc/>
    public override bool IsRefusal(DbException failure) => Code(failure) is Permission or ReadOnly;

    /// <inheritdoc/>
    public override SessionizeException Explain(Exception failure)
    {
        string remedy = failure is not SqliteException sqlite ? "Look after the file." : sqlite.SqliteErrorCode switch
        {
            Busy or Locked => $"Another process kept it locked for {WaitSeconds} seconds: try again, and look who holds it.",
            ReadOnly or Permission => "Give permission to write the file and its folder.",
            CannotOpen => "Give permission to the file and its folder, or name another; a folder is no database.",
            Full => "Make room on its disk.",
            NotADatabase => "The file is no database of SQLite: name another.",
            Corrupt => "The database is damaged: restore it from a copy.",
            _ => "Look after the file.",
        };
        return new SessionizeException(
            $"The {Description} failed: {failure.Message.TrimEnd('.')}. {remedy}", failure, failure is SqliteException { SqliteErrorCode: Busy or Locked or InputOutput });
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static int Code(DbException failure) => failure is SqliteException sqlite ? sqlite.SqliteErrorCode : 0;
}
