using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Writing;
using Sessionize.Parquet.Schema;
using Xunit;

namespace Sessionize.Iceberg.Tests.Writing;

public sealed class SessionTableSchemaTests
{
    [Fact]
    public void New_Columns_AreThoseOfSessionsInTheirOrderAndOptional()
    {
        Assert.Equal(
            [
                "1 uuid string", "2 session_id string", "3 session_start_time_ms long", "4 session_end_time_ms long", "5 session_start_time timestamptz",
                "6 session_end_time timestamptz", "7 session_duration_seconds double", "8 event_count long", "9 pages_visited list 20 string", "10 entry_page string",
                "11 exit_page string", "12 page_view_count long", "13 is_bounce boolean", "14 end_reason string", "15 visit_start_time_ms long", "16 session_index int",
                "17 revision int", "18 session_date string", "19 user_hash_bucket int",
            ],
            SessionTableSchema.New().Fields.Select(field => $"{field.Id} {field.Name} {(field.Type is ListType list ? $"list {list.ElementId} {list.Element}" : field.Type)}"));
        Assert.All(SessionTableSchema.New().Fields, field => Assert.False(field.IsRequired || field.Type is ListType { IsElementRequired: true }));
    }

    [Fact]
    public void Match_NewTable_IsWhole()
    {
        TableMapping mapping = SessionTableSchema.Match(Table(SessionTableSchema.New()));

        Assert.Empty(mapping.Missing);
        Assert.All(mapping.Columns, column => Assert.False(column.IsConverted));
        Assert.Equal(20, mapping.Columns.Single(column => column.IsList).ElementFieldId);
    }

    [Theory]
    [InlineData("uuid", nameof(PrimitiveKind.Uuid))]
    [InlineData("session_id", nameof(PrimitiveKind.Uuid))]
    [InlineData("session_start_time_ms", nameof(PrimitiveKind.Int))]
    [InlineData("session_start_time", nameof(PrimitiveKind.Timestamp))]
    [InlineData("session_end_time", nameof(PrimitiveKind.Timestamp))]
    [InlineData("session_duration_seconds", nameof(PrimitiveKind.Float))]
    [InlineData("event_count", nameof(PrimitiveKind.Int))]
    [InlineData("page_view_count", nameof(PrimitiveKind.Int))]
    [InlineData("session_index", nameof(PrimitiveKind.Long))]
    [InlineData("revision", nameof(PrimitiveKind.Long))]
    [InlineData("user_hash_bucket", nameof(PrimitiveKind.Long))]
    [InlineData("session_date", nameof(PrimitiveKind.Date))]
    public void Match_CompatibleType_IsWritten(string column, string kind)
    {
        TableMapping mapping = SessionTableSchema.Match(Table(With(column, new PrimitiveType(Enum.Parse<PrimitiveKind>(kind)))));

        Assert.Equal(kind, mapping.Columns.Single(matched => matched.Name == column).ValueType.ToString());
    }

    [Theory]
    [InlineData("uuid", nameof(PrimitiveKind.Long), "long", "string or uuid")]
    [InlineData("entry_page", nameof(PrimitiveKind.Uuid), "uuid", "string")]
    [InlineData("session_start_time_ms", nameof(PrimitiveKind.TimestampTz), "timestamptz", "int or long")]
    [InlineData("session_start_time", nameof(PrimitiveKind.Long), "long", "timestamp or timestamptz")]
    [InlineData("session_duration_seconds", nameof(PrimitiveKind.Long), "long", "float or double")]
    [InlineData("session_date", nameof(PrimitiveKind.Int), "int", "date or string")]
    [InlineData("is_bounce", nameof(PrimitiveKind.Int), "int", "boolean")]
    [InlineData("pages_visited", nameof(PrimitiveKind.String), "string", "list<string>")]
    [InlineData("user_hash_bucket", nameof(PrimitiveKind.String), "string", "int or long")]
    public void Match_OtherType_IsRefusedWithBothTypes(string column, string kind, string theirs, string ours)
    {
        SessionizeException refusal = Assert.Throws<SessionizeException>(() => SessionTableSchema.Match(Table(With(column, new PrimitiveType(Enum.Parse<PrimitiveKind>(kind))))));

        Assert.Contains($"'{column}' at 'memory://warehouse/t' has the type {theirs}, and sessions have {ours} there.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Rename or drop the column", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Match_ListOfNumbers_IsRefused() => Assert.Contains(
        "has the type list<long>, and sessions have list<string> there",
        Refusal(With("pages_visited", new ListType(90, new PrimitiveType(PrimitiveKind.Long), IsElementRequired: false))), StringComparison.Ordinal);

    [Fact]
    public void Match_ListWithRequiredElements_IsWritten()
    {
        TableMapping mapping = SessionTableSchema.Match(Table(With("pages_visited", new ListType(90, new PrimitiveType(PrimitiveKind.String), IsElementRequired: true))));

        Assert.True(mapping.Columns.Single(column => column.IsList).IsElementRequired);
    }

    [Fact]
    public void Match_NameInOtherCase_IsRefused() => Assert.Contains(
        "has a column 'Entry_Page', which differs from 'entry_page' in case alone", Refusal(Change("entry_page", field => field with { Name = "Entry_Page" })), StringComparison.Ordinal);

    [Fact]
    public void Match_UnknownRequiredColumn_IsRefused() => Assert.Contains(
        "requires a value in its column 'country' (string), which sessions do not have",
        Refusal(Append(new IcebergField(90, "country", new PrimitiveType(PrimitiveKind.String), IsRequired: true))), StringComparison.Ordinal);

    [Theory]
    [InlineData("entry_page")]
    [InlineData("exit_page")]
    public void Match_RequiredColumnThatMayHaveNoValue_IsRefused(string column) => Assert.Contains(
        $"requires a value in its column '{column}'", Refusal(Change(column, field => field with { IsRequired = true })), StringComparison.Ordinal);

    [Fact]
    public void Match_OtherRequiredColumns_AreWritten()
    {
        IcebergSchema schema = SessionTableSchema.New();
        schema = schema with { Fields = [.. schema.Fields.Select(field => field with { IsRequired = field.Name is not ("entry_page" or "exit_page") })] };

        Assert.Equal(17, SessionTableSchema.Match(Table(schema)).Columns.Count(column => column.IsRequired));
    }

    [Fact]
    public void Match_UnknownOptionalColumn_IsLeftOut()
    {
        TableMapping mapping = SessionTableSchema.Match(Table(Append(new IcebergField(90, "country", new PrimitiveType(PrimitiveKind.String)))));

        Assert.Equal(19, mapping.Columns.Count);
        Assert.Null(mapping.Find(90));
    }

    [Theory]
    [InlineData("uuid")]
    [InlineData("session_id")]
    public void Match_WithoutWhatNamesASession_IsRefusedUnlessAdded(string column)
    {
        TableMetadata table = Table(Without(column));

        Assert.Contains($"has no column '{column}'", Assert.Throws<SessionizeException>(() => SessionTableSchema.Match(table)).Message, StringComparison.Ordinal);
        Assert.Single(SessionTableSchema.Match(table, mayEvolve: true).Missing);
    }

    [Fact]
    public void AddMissing_ClassicTable_GetsTheOthersBehindWithNewIds()
    {
        TableMetadata table = Table(Without("pages_visited", "entry_page", "revision"));
        SchemaEvolution evolution = SessionTableSchema.AddMissing(table, SessionTableSchema.Match(table));

        Assert.Null(TableMetadataChanges.Violation(table, evolution.Requirements));
        TableMetadata evolved = TableMetadataChanges.Apply(table, evolution.Updates, nowMs: 1);
        Assert.Equal(["pages_visited", "entry_page", "revision"], evolved.CurrentSchema.Fields.Skip(16).Select(field => field.Name));
        Assert.Equal(table.CurrentSchema.Fields, evolved.CurrentSchema.Fields.Take(16));
        Assert.Equal(table.LastColumnId + 4, evolved.LastColumnId);
        Assert.Empty(SessionTableSchema.Match(evolved).Missing);
        Assert.Equal(SessionColumn.PagesVisited, SessionTableSchema.Match(evolved).Find(table.LastColumnId + 1)!.Column);
    }

    private static string Refusal(IcebergSchema schema) => Assert.Throws<SessionizeException>(() => SessionTableSchema.Match(Table(schema))).Message;

    private static TableMetadata Table(IcebergSchema schema) => TrialTable.Create(new MemoryFileStorage(), schema).Metadata;

    private static IcebergSchema Change(string column, Func<IcebergField, IcebergField> change)
    {
        IcebergSchema schema = SessionTableSchema.New();
        return schema with { Fields = [.. schema.Fields.Select(field => field.Name == column ? change(field) : field)] };
    }

    private static IcebergSchema With(string column, IcebergType type) => Change(column, field => field with { Type = type });

    private static IcebergSchema Append(IcebergField field)
    {
        IcebergSchema schema = SessionTableSchema.New();
        return schema with { Fields = [.. schema.Fields, field] };
    }

    private static IcebergSchema Without(params string[] columns)
    {
        IcebergSchema schema = SessionTableSchema.New();
        return schema with { Fields = [.. schema.Fields.Where(field => !columns.Contains(field.Name))] };
    }
}
