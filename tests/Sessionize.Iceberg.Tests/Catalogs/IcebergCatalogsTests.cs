using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Catalogs.Rest;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

public sealed class IcebergCatalogsTests
{
    [Fact]
    public async Task Open_Defaults_AreAHadoopCatalogInTheWorkingFolder()
    {
        (IIcebergCatalog catalog, TableName name) = IcebergCatalogs.Open(new IcebergTableOptions(), TimeProvider.System);
        await using (catalog)
        {
            Assert.IsType<HadoopCatalog>(catalog);
            Assert.Equal("sessions.user_sessions", name.ToString());
            Assert.EndsWith("/warehouse'", catalog.Description, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/data/sessions/t", "sessions.t")]
    [InlineData("file:///data/sessions/t", "sessions.t")]
    [InlineData("data/sessions/t/", "sessions.t")]
    public async Task Open_Folder_IsTheTableThatLiesThere(string folder, string expected)
    {
        (IIcebergCatalog catalog, TableName name) = IcebergCatalogs.Open(new IcebergTableOptions { Name = folder }, TimeProvider.System);
        await using (catalog)
        {
            Assert.Equal(expected, name.ToString());
            Assert.StartsWith("table folder", catalog.Description, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("sqlite:///warehouse/catalog.db", "SQLite")]
    [InlineData("sqlite:////tmp/catalog.db", "SQLite database '/tmp/catalog.db'")]
    [InlineData("jdbc:sqlite:/tmp/catalog.db", "SQLite database '/tmp/catalog.db'")]
    [InlineData("jdbc:sqlite:file:/tmp/catalog.db?mode=rwc", "SQLite database '/tmp/catalog.db'")]
    [InlineData("postgresql://u:secret@db.example:6543/lake", "PostgreSQL database 'lake' at db.example:6543")]
    [InlineData("postgres://u:se%40cret@db.example/lake?sslmode=require", "PostgreSQL database 'lake' at db.example:5432")]
    [InlineData("postgresql+psycopg2://u:secret@[::1]:5433/lake", "PostgreSQL database 'lake' at ::1:5433")]
    [InlineData("jdbc:postgresql://db.example:6543/lake?user=u&password=secret", "PostgreSQL database 'lake' at db.example:6543")]
    public async Task Open_Sql_UnderstandsWhatOthersWrite(string uri, string described)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Full paths begin with a drive there.");
        IcebergTableOptions options = new() { Catalog = IcebergCatalogKind.Sql, CatalogUri = uri, CatalogName = "prod" };
        (IIcebergCatalog catalog, _) = IcebergCatalogs.Open(options, TimeProvider.System);
        await using (catalog)
        {
            Assert.IsType<SqlCatalog>(catalog);
            Assert.Contains(described, catalog.Description, StringComparison.Ordinal);
            Assert.Contains("'prod'", catalog.Description, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", catalog.Description, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Open_Rest_IsTheRestCatalog()
    {
        IcebergTableOptions options = new() { Catalog = IcebergCatalogKind.Rest, CatalogUri = "http://127.0.0.1:1" };
        (IIcebergCatalog catalog, _) = IcebergCatalogs.Open(options, TimeProvider.System);
        await using (catalog)
        {
            Assert.IsType<RestCatalog>(catalog);
        }
    }

    public static TheoryData<string, string?, string, string, string[]> Misuses => new()
    {
        { "Hadoop", null, "w", "", ["Name is empty"] },
        { "Hadoop", null, "w", "t", ["'t'", "NAMESPACE.NAME"] },
        { "Hadoop", null, " ", "a.t", ["Warehouse is empty"] },
        { "Hadoop", "sqlite:///x", "w", "a.t", ["CatalogUri is 'sqlite:///x'", "Catalog is Hadoop"] },
        { "Hadoop", null, "s3://b/w", "a.t", ["Warehouse is 's3://b/w'", "Sessionize.S3"] },
        { "Hadoop", null, "gs://b/w", "a.t", ["Warehouse is 'gs://b/w'", "'gs:'"] },
        { "Hadoop", null, "file://host/w", "a.t", ["'file://host/w'", "three slashes"] },
        { "Hadoop", null, "w", "s3a://b/t", ["Name is 's3a://b/t'", "Sessionize.S3"] },
        { "Sql", null, "w", "a.t", ["Catalog is Sql", "sqlite:///FILE"] },
        { "Sql", "http://host", "w", "a.t", ["CatalogUri is 'http://host'", "postgresql://"] },
        { "Sql", "sqlite://", "w", "a.t", ["CatalogUri is 'sqlite://'", "fourth slash"] },
        { "Sql", "sqlite:///:memory:", "w", "a.t", ["names no file"] },
        { "Sql", "postgresql://u:secret@h:no/db", "w", "a.t", ["'postgresql://u:***@h:no/db'"] },
        { "Sql", "postgresql://u:p/secret@h/db", "w", "a.t", ["'postgresql://u:***@h/db'"] },
        { "Sql", "postgresql://u:5432/secret@h/db", "w", "a.t", ["'postgresql://u:***@h/db'"] },
        { "Sql", "postgresql://u:5432?secret@h/db", "w", "a.t", ["'postgresql://u:***@h/db'"] },
        { "Sql", "postgresql://u:p@secret/x@h/db", "w", "a.t", ["'postgresql://u:***@h/db'"] },
        { "Rest", "http://u:secret@h:8181", "w", "a.t", ["'uri'", "'credential'"] },
        { "Rest", "http://u:p/secret@h:8181", "w", "a.t", ["'http://u:***@h:8181'"] },
        { "Sql", "postgresql://h/db?color=red&password=secret", "w", "a.t", ["'color'", "password=***"] },
        { "Sql", "sqlite:///x", "w", "/data/t", ["Name is '/data/t'", "Catalog is Sql"] },
        { "Rest", null, "w", "a.t", ["Catalog is Rest", "CatalogUri"] },
        { "Rest", "http://h", "w", "/data/t", ["Name is '/data/t'", "Catalog is Rest"] },
        { "77", null, "w", "a.t", ["Catalog is 77"] },
    };

    [Theory]
    [MemberData(nameof(Misuses))]
    public void Open_Misuse_NamesOptionValueAndRemedy(string kind, string? uri, string warehouse, string name, string[] says)
    {
        IcebergTableOptions options = new() { Catalog = Enum.Parse<IcebergCatalogKind>(kind), CatalogUri = uri, Warehouse = warehouse, Name = name };
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => IcebergCatalogs.Open(options, TimeProvider.System));
        Assert.All(says, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }
}
