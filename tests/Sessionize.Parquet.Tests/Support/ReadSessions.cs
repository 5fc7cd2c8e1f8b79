using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Sessionize.Parquet.Tests.Support;

/// <summary>Reads session files with Parquet.Net.</summary>
internal static class ReadSessions
{
    /// <summary>Reads all sessions; columns that can be computed from others must agree with them.</summary>
    public static Session[] Of(byte[] file)
    {
        using MemoryStream stream = new(file);
        return [.. ColumnsAsync(stream).GetAwaiter().GetResult()
            .SelectMany(columns => Enumerable.Range(0, columns.First().Value.Length).Select(row => SessionOf(columns, row)))];
    }

    /// <summary>Reads the columns of each row group; a list is a list of values.</summary>
    public static async Task<IReadOnlyList<Dictionary<string, object?[]>>> ColumnsAsync(Stream stream)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream);
        List<Dictionary<string, object?[]>> rowGroups = [];
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            Dictionary<string, object?[]> columns = [];
            foreach (DataField field in reader.Schema.GetDataFields())
            {
                columns.Add(field.Path.FirstPart!, await ColumnAsync(group, field));
            }

            rowGroups.Add(columns);
        }

        return rowGroups;
    }

    private static Session SessionOf(Dictionary<string, object?[]> columns, int row)
    {
        T Value<T>(string name) => (T)columns[name][row]!;
        Session session = new()
        {
            UserId = Value<string>("uuid"),
            SessionId = Value<string>("session_id"),
            StartMs = Value<long>("session_start_time_ms"),
            EndMs = Value<long>("session_end_time_ms"),
            EventCount = Value<long>("event_count"),
            PagesVisited = [.. Value<List<object?>>("pages_visited").Cast<string>()],
            EntryPage = Value<string?>("entry_page"),
            ExitPage = Value<string?>("exit_page"),
            PageViewCount = Value<long>("page_view_count"),
            EndReason = Value<string>("end_reason"),
            VisitStartMs = Value<long>("visit_start_time_ms"),
            SessionIndex = Value<int>("session_index"),
            Revision = Value<int>("revision"),
            UserHashBucket = Value<int>("user_hash_bucket"),
        };
        Same(session.StartTime.UtcDateTime, Value<DateTime>("session_start_time"));
        Same(session.EndTime.UtcDateTime, Value<DateTime>("session_end_time"));
        Same(session.DurationSeconds, Value<double>("session_duration_seconds"));
        Same(session.IsBounce, Value<bool>("is_bounce"));
        Same(session.SessionDate, Value<string>("session_date"));
        return session;
    }

    private static void Same<T>(T expected, T actual)
        where T : notnull
    {
        if (!expected.Equals(actual))
        {
            throw new InvalidDataException($"A computed column is {actual}, and {expected} follows from the others.");
        }
    }

    private static async Task<object?[]> ColumnAsync(ParquetRowGroupReader group, DataField field)
    {
        using RawColumnData data = await group.ReadRawColumnDataBaseAsync(field);
        object[] values = data switch
        {
            RawColumnData<ReadOnlyMemory<char>> texts => [.. texts.Values.ToArray().Select(text => text.ToString())],
            RawColumnData<long> numbers => [.. numbers.Values.ToArray().Cast<object>()],
            RawColumnData<int> numbers => [.. numbers.Values.ToArray().Cast<object>()],
            RawColumnData<double> numbers => [.. numbers.Values.ToArray().Cast<object>()],
            RawColumnData<float> numbers => [.. numbers.Values.ToArray().Cast<object>()],
            RawColumnData<Guid> ids => [.. ids.Values.ToArray().Cast<object>()],
            RawColumnData<bool> flags => [.. flags.Values.ToArray().Cast<object>()],
            RawColumnData<DateTime> times => [.. times.Values.ToArray().Cast<object>()],
            _ => throw new InvalidDataException($"The column {field.Path} has a type that no column of sessions has: {data.GetType()}."),
        };
        int[] definition = field.MaxDefinitionLevel == 0 ? [.. Enumerable.Repeat(0, values.Length)] : data.DefinitionLevels.ToArray();
        int[]? repetition = field.MaxRepetitionLevel > 0 ? data.RepetitionLevels.ToArray() : null;
        List<object?> rows = [];
        int next = 0;
        for (int i = 0; i < definition.Length; i++)
        {
            object? value = definition[i] == field.MaxDefinitionLevel ? values[next++] : null;
            if (repetition is null)
            {
                rows.Add(value);
                continue;
            }

            if (repetition[i] == 0)
            {
                rows.Add(new List<object?>());
            }

            if (value is not null)
            {
                ((List<object?>)rows[^1]!).Add(value);
            }
        }

        return [.. rows];
    }
}
