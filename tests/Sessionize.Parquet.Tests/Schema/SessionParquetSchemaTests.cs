using Sessionize.Parquet.Schema;
using Sessionize.Parquet.Tests.Columns;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Schema;

public sealed class SessionParquetSchemaTests
{
    private static SessionParquetSchema Table { get; } = new(
    [
        new SessionParquetColumn(SessionColumn.UserHashBucket) { FieldId = 70, IsRequired = true },
        new SessionParquetColumn(SessionColumn.PagesVisited) { FieldId = 3, IsRequired = true, ElementFieldId = 42, IsElementRequired = true },
        new SessionParquetColumn(SessionColumn.Uuid) { Name = "user", FieldId = 8, IsRequired = true },
        new SessionParquetColumn(SessionColumn.SessionStartTime) { IsRequired = true },
        new SessionParquetColumn(SessionColumn.EntryPage) { FieldId = 1 },
    ]);

    [Fact]
    public void Write_TableOfItsOwn_HasItsOrderNamesAndIds()
    {
        (byte[] file, _) = SessionFiles.Write([[StatisticsTests.Example]], schema: Table);

        Assert.Equal(
            ["table:-:-", "user_hash_bucket:0:70", "pages_visited:0:3", "list:2:-", "element:0:42", "user:0:8", "session_start_time:0:-", "entry_page:1:1"],
            Layout.List(Layout.Footer(file), 2).Select(
                element => $"{System.Text.Encoding.UTF8.GetString((byte[])element[4])}:{element.GetValueOrDefault(3, "-")}:{element.GetValueOrDefault(9, "-")}"));
    }

    [Fact]
    public async Task Write_RequiredColumnsAndLists_ReadBackEqual()
    {
        Session[] sessions = [.. Enumerable.Range(0, 20).Select(n => StatisticsTests.Example with { UserId = $"u{n / 4}", PagesVisited = [.. Enumerable.Repeat($"p{n}", n % 3)], UserHashBucket = n })];
        (byte[] file, _) = SessionFiles.Write([sessions], new ParquetSessionOptions { PageRows = 7 }, Table);

        using MemoryStream stream = new(file);
        IReadOnlyDictionary<string, object?[]> columns = (await ReadSessions.ColumnsAsync(stream))[0];
        Assert.Equal(sessions.Select(session => (object)session.UserId), columns["user"]);
        Assert.Equal(sessions.Select(session => (object)session.UserHashBucket), columns["user_hash_bucket"]);
        Assert.Equal(sessions.Select(session => string.Join(',', session.PagesVisited)), columns["pages_visited"].Select(pages => string.Join(',', (List<object?>)pages!)));
        Assert.All(columns["entry_page"], Assert.Null);
    }

    [Fact]
    public void Write_NullInARequiredColumn_IsRefusedByItsName()
    {
        SessionParquetSchema schema = new([new SessionParquetColumn(SessionColumn.ExitPage) { Name = "last_page", IsRequired = true }]);

        SessionizeException failure = Assert.Throws<SessionizeException>(() => SessionFiles.Write([[StatisticsTests.Example]], schema: schema));

        Assert.Contains("'last_page'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_ColumnWithoutId_IsLeftOut()
    {
        Assert.Equal([1, 8, 42, 70], SessionFiles.Write([[StatisticsTests.Example]], schema: Table).Metrics.ValueCounts.Keys.Order());
    }

    [Fact]
    public void Constructor_RepeatedColumnNameOrId_IsRefused()
    {
        SessionParquetColumn uuid = new(SessionColumn.Uuid) { FieldId = 1 };
        Assert.Throws<ArgumentException>(() => new SessionParquetSchema([]));
        Assert.Throws<ArgumentException>(() => new SessionParquetSchema([uuid, uuid with { Name = "other", FieldId = 2 }]));
        Assert.Throws<ArgumentException>(() => new SessionParquetSchema([uuid, new SessionParquetColumn(SessionColumn.SessionId) { Name = "uuid", FieldId = 2 }]));
        Assert.Throws<ArgumentException>(() => new SessionParquetSchema([uuid, new SessionParquetColumn(SessionColumn.PagesVisited) { FieldId = 2, ElementFieldId = 1 }]));
    }
}
