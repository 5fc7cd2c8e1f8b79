namespace Sessionize.Iceberg;

/// <summary>Who knows which metadata of a table is the current one.</summary>
public enum IcebergCatalogKind
{
    /// <summary>The table's folder itself: numbered metadata files, of which one writer makes each. For local disks, and S3 with conditional writes.</summary>
    Hadoop,

    /// <summary>A table in a SQL database, SQLite or PostgreSQL, as Iceberg's JDBC catalog has it.</summary>
    Sql,

    /// <summary>A server with Iceberg's REST interface.</summary>
    Rest,
}
