using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Xunit;

namespace Sessionize.Iceberg.Tests.Partitioning;

/// <summary>Specs and orders as people write them.</summary>
public sealed class SpecTextTests
{
    private static readonly IcebergSchema s_schema = Metadata.SampleTables.Columns;

    [Theory]
    [InlineData("session_date,user_hash_bucket", "session_date:identity:10 user_hash_bucket:identity:11")]
    [InlineData(" day( session_start_time ) , bucket(16, uuid)", "session_start_time_day:day:5 uuid_bucket:bucket[16]:1")]
    [InlineData("HOURS(session_start_time)", "session_start_time_hour:hour:5")]
    [InlineData("truncate(3,uuid),month(session_end_time)", "uuid_trunc:truncate[3]:1 session_end_time_month:month:6")]
    [InlineData("years(session_end_time),identity(uuid),void(session_id)", "session_end_time_year:year:6 uuid:identity:1 session_id_null:void:2")]
    [InlineData("none", "")]
    [InlineData(" NONE ", "")]
    [InlineData("", "")]
    public void PartitionSpec_Text_IsNamedAsSparkDoes(string text, string expected)
    {
        PartitionSpec spec = PartitionSpecText.Parse(text, s_schema);
        Assert.Equal(expected, string.Join(' ', spec.Fields.Select(field => $"{field.Name}:{field.Transform}:{field.SourceId}")));
        Assert.Equal(Enumerable.Range(1000, spec.Fields.Count), spec.Fields.Select(field => field.FieldId));
    }

    [Theory]
    [InlineData("session_date,usr", "'usr' names the column 'usr', which is none. The columns are uuid, session_id")]
    [InlineData("Session_Date", "names the column 'Session_Date'")]
    [InlineData("week(session_start_time)", "names the transform 'week', which is none. Choose year")]
    [InlineData("bucket(uuid)", "write bucket(16, column)")]
    [InlineData("bucket(0,uuid)", "needs a number above 0")]
    [InlineData("bucket(16,uuid,session_id)", "needs a number above 0 and a column")]
    [InlineData("day(16,session_start_time)", "write day(column)")]
    [InlineData("day(uuid)", "does not take the column 'uuid', whose type is string")]
    [InlineData("bucket(4,session_duration_seconds)", "whose type is double")]
    [InlineData("pages_visited", "a list, map or struct")]
    [InlineData("uuid,,session_date", "an empty part")]
    [InlineData("uuid,", "an empty part")]
    [InlineData("bucket(16,uuid", "brackets that do not match")]
    [InlineData("uuid)", "brackets that do not match")]
    [InlineData("bucket(16,uuid)x", "goes on behind its bracket")]
    [InlineData("uuid,uuid", "a second field of the name 'uuid'")]
    [InlineData("bucket(4,uuid),bucket(8,uuid)", "a second field of the name 'uuid_bucket'")]
    public void PartitionSpec_WrongText_IsRefusedWithPlaceAndRemedy(string text, string expected)
    {
        string message = Assert.Throws<ArgumentException>(() => PartitionSpecText.Parse(text, s_schema)).Message;
        Assert.Contains($"The partitioning '{text}' is wrong", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void PartitionSpec_NameOfAnotherColumn_IsRefused()
    {
        IcebergSchema schema = new(0, [new IcebergField(1, "a", new PrimitiveType(PrimitiveKind.Date)), new IcebergField(2, "a_day", new PrimitiveType(PrimitiveKind.Int))]);
        Assert.Contains("which a column has", Assert.Throws<ArgumentException>(() => PartitionSpecText.Parse("day(a)", schema)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("uuid,session_start_time_ms", "1:identity:asc:first 3:identity:asc:first")]
    [InlineData("uuid,session_start_time_ms desc", "1:identity:asc:first 3:identity:desc:last")]
    [InlineData("event_count  DESC   NULLS  FIRST, bucket(4,uuid) asc nulls last", "8:identity:desc:first 1:bucket[4]:asc:last")]
    [InlineData("day(session_start_time)desc", "5:day:desc:last")]
    [InlineData("none", "")]
    public void SortOrder_Text_HasDirectionAndNulls(string text, string expected)
    {
        SortOrder order = SortOrderText.Parse(text, s_schema);
        Assert.Equal(expected, string.Join(' ', order.Fields.Select(field =>
            $"{field.SourceId}:{field.Transform}:{(field.IsDescending ? "desc" : "asc")}:{(field.NullsFirst ? "first" : "last")}")));
        Assert.Equal(order.Fields.Count == 0 ? 0 : 1, order.Id);
    }

    [Theory]
    [InlineData("usr desc", "names the column 'usr'")]
    [InlineData("uuid down", "names the column 'uuid down'")]
    [InlineData("uuid,uuid desc", "is there twice")]
    public void SortOrder_WrongText_IsRefusedWithPlaceAndRemedy(string text, string expected)
    {
        string message = Assert.Throws<ArgumentException>(() => SortOrderText.Parse(text, s_schema)).Message;
        Assert.Contains($"The sort order '{text}' is wrong", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }
}
