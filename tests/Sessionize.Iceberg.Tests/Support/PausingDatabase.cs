using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Sessionize.Iceberg.Catalogs;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>A database in whose process others go on just before an UPDATE, and whose connection can break behind it.</summary>
internal sealed class PausingDatabase(SqlDatabase inner) : SqlDatabase
{
    /// <summary>What others do meanwhile; once.</summary>
    public Func<Task>? BeforeUpdate { get; set; }

    /// <summary>Thrown after the UPDATE was carried out; once.</summary>
    public IOException? AfterUpdate { get; set; }

    /// <summary>How many seconds an UPDATE waits for locks; 0 as it is.</summary>
    public int UpdateTimeout { get; set; }

    public override string Description => inner.Description;

    public override async ValueTask<DbConnection?> OpenAsync(bool mayCreate, CancellationToken cancellationToken) =>
        await inner.OpenAsync(mayCreate, cancellationToken) is { } connection ? new Connection(connection, this) : null;

    public override bool IsDuplicate(DbException failure) => inner.IsDuplicate(failure);

    public override bool IsMissingTable(DbException failure) => inner.IsMissingTable(failure);

    public override bool IsMissingColumn(DbException failure) => inner.IsMissingColumn(failure);

    public override bool IsContention(DbException failure) => inner.IsContention(failure);

    public override bool IsDefinite(DbException failure) => inner.IsDefinite(failure);

    public override bool IsRefusal(DbException failure) => inner.IsRefusal(failure);

    public override SessionizeException Explain(Exception failure) => inner.Explain(failure);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<int> UpdateAsync(DbCommand command, CancellationToken cancellationToken)
    {
        if (BeforeUpdate is { } others)
        {
            BeforeUpdate = null;
            await others();
        }

        command.CommandTimeout = UpdateTimeout > 0 ? UpdateTimeout : command.CommandTimeout;
        int rows = await command.ExecuteNonQueryAsync(cancellationToken);
        if (AfterUpdate is { } failure)
        {
            AfterUpdate = null;
            throw failure;
        }

        return rows;
    }

    private sealed class Connection(DbConnection inner, PausingDatabase owner) : DbConnection
    {
        [AllowNull]
        public override string ConnectionString { get => inner.ConnectionString; set => inner.ConnectionString = value; }

        public override string Database => inner.Database;

        public override string DataSource => inner.DataSource;

        public override string ServerVersion => inner.ServerVersion;

        public override ConnectionState State => inner.State;

        public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

        public override void Close() => inner.Close();

        public override void Open() => inner.Open();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => inner.BeginTransaction(isolationLevel);

        protected override DbCommand CreateDbCommand() => new Command(inner.CreateCommand(), owner);

        protected override void Dispose(bool disposing) => inner.Dispose();
    }

    private sealed class Command(DbCommand inner, PausingDatabase owner) : DbCommand
    {
        [AllowNull]
        public override string CommandText { get => inner.CommandText; set => inner.CommandText = value; }

        public override int CommandTimeout { get => inner.CommandTimeout; set => inner.CommandTimeout = value; }

        public override CommandType CommandType { get => inner.CommandType; set => inner.CommandType = value; }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get => inner.Connection; set => inner.Connection = value; }

        protected override DbParameterCollection DbParameterCollection => inner.Parameters;

        protected override DbTransaction? DbTransaction { get => inner.Transaction; set => inner.Transaction = value; }

        public override void Cancel() => inner.Cancel();

        public override int ExecuteNonQuery() => inner.ExecuteNonQuery();

        public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => CommandText.StartsWith("UPDATE", StringComparison.Ordinal)
            ? owner.UpdateAsync(inner, cancellationToken)
            : inner.ExecuteNonQueryAsync(cancellationToken);

        public override object? ExecuteScalar() => inner.ExecuteScalar();

        public override void Prepare() => inner.Prepare();

        protected override DbParameter CreateDbParameter() => inner.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => inner.ExecuteReader(behavior);

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
