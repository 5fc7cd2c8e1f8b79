namespace Sessionize.Iceberg.Tests.Support;

/// <summary>The catalogs and storages that tables of tests lie in.</summary>
public enum TablePlaceKind
{
    HadoopLocal,
    HadoopS3,
    SqliteLocal,
    SqliteS3,
    PostgresLocal,
    RestLocal,
    RestS3,
}
