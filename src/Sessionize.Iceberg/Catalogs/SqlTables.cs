using System.Data.Common;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>The two tables of Iceberg's JDBC catalog, and the statements on them.</summary>
/// <param name="connection">A connection, to be used for one statement after the other.</param>
/// <param name="hasType">Whether rows tell tables from views; old catalogs know tables only, and are left as they are.</param>
/// <param name="catalog">The name that this catalog's rows have.</param>
internal sealed class SqlTables(DbConnection connection, bool hasType, string catalog)
{
    private const string CreateTables = """
        CREATE TABLE IF NOT EXISTS iceberg_tables (
          catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL, table_name VARCHAR(255) NOT NULL,
          metadata_location VARCHAR(1000), previous_metadata_location VARCHAR(1000), iceberg_type VARCHAR(5),
          PRIMARY KEY (catalog_name, table_namespace, table_name))
        """;

    private const string CreateNamespaces = """
        CREATE TABLE IF NOT EXISTS iceberg_namespace_properties (
          catalog_name VARCHAR(255) NOT NULL, namespace VARCHAR(255) NOT NULL, property_key VARCHAR(255), property_value VARCHAR(1000),
          PRIMARY KEY (catalog_name, namespace, property_key))
        """;

    private const string ThisTable = "catalog_name = @catalog AND table_namespace = @namespace AND table_name = @name";

    private string OnlyTables => hasType ? " AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)" : "";

    /// <summary>Makes what is missing of the two tables.</summary>
    public static async ValueTask CreateAsync(DbConnection connection, SqlDatabase database, CancellationToken cancellationToken)
    {
        foreach (string statement in (string[])[CreateTables, CreateNamespaces])
        {
            try
            {
                await using DbCommand command = connection.CreateCommand();
                command.CommandText = statement;
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (DbException failure) when (database.IsDuplicate(failure))
            {
                // PostgreSQL looks and creates in two steps: another process was between them.
            }
        }
    }

    /// <summary>Looks whether the tables are there, and whether rows have a type.</summary>
    /// <returns>Whether they have; <see langword="null"/>, if there are no tables.</returns>
    public static async ValueTask<bool?> HasTypeAsync(DbConnection connection, SqlDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = "SELECT t.iceberg_type FROM iceberg_tables t WHERE 1 = 0";
            await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (DbException failure) when (database.IsMissingColumn(failure))
        {
            return false;
        }
        catch (DbException failure) when (database.IsMissingTable(failure))
        {
            return null;
        }
    }

    /// <summary>Where the current metadata of a table lies.</summary>
    /// <returns>The location; <see langword="null"/>, if there is no such table.</returns>
    public async ValueTask<string?> FindAsync(TableName name, CancellationToken cancellationToken)
    {
        await using DbCommand command = Command($"SELECT metadata_location FROM iceberg_tables WHERE {ThisTable}{OnlyTables}", name);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
    }

    /// <summary>Moves a table on from one metadata file to the next.</summary>
    /// <returns>Whether it was still at that one.</returns>
    public async ValueTask<bool> TryReplaceAsync(TableName name, string from, string to, CancellationToken cancellationToken)
    {
        await using DbCommand command = Command(
            "UPDATE iceberg_tables SET metadata_location = @to, previous_metadata_location = @from "
                + $"WHERE {ThisTable} AND metadata_location = @from{OnlyTables}",
            name);
        Add(command, "from", from);
        Add(command, "to", to);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 1;
    }

    /// <summary>Adds a table. Throws if there is something of the name.</summary>
    public async ValueTask InsertAsync(TableName name, string location, CancellationToken cancellationToken)
    {
        await using DbCommand command = Command(
            $"INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, previous_metadata_location{(hasType ? ", iceberg_type" : "")}) "
                + $"VALUES (@catalog, @namespace, @name, @to, NULL{(hasType ? ", 'TABLE'" : "")})",
            name);
        Add(command, "to", location);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds the table's namespace, unless it is there.</summary>
    public async ValueTask EnsureNamespaceAsync(TableName name, SqlDatabase database, CancellationToken cancellationToken)
    {
        await using DbCommand command = Command(
            "INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value) SELECT @catalog, @namespace, 'exists', 'true' "
                + "WHERE NOT EXISTS (SELECT 1 FROM iceberg_namespace_properties WHERE catalog_name = @catalog AND namespace = @namespace)",
            name);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DbException failure) when (database.IsDuplicate(failure))
        {
            // Another process was faster.
        }
    }

    private DbCommand Command(string text, TableName name)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = text;
        Add(command, "catalog", catalog);
        Add(command, "namespace", string.Join('.', name.Namespace));
        Add(command, "name", name.Name);
        return command;
    }

    private static void Add(DbCommand command, string name, string value)
    {
        DbParameter parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
