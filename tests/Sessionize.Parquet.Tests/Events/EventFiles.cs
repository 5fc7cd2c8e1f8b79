using Parquet;
using Parquet.Schema;
using Sessionize.Parquet.Events;

namespace Sessionize.Parquet.Tests.Events;

/// <summary>Writes files of events with Parquet.Net, and reads them back through the source.</summary>
internal static class EventFiles
{
    /// <summary>Writes row groups of columns; a column's values are an array of the column's type, nullable where the column is.</summary>
    public static async Task<string> WriteAsync(string path, ParquetSchema schema, IEnumerable<Array[]> groups, ParquetOptions? options = null)
    {
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, options ?? new ParquetOptions { CompressionLevel = System.IO.Compression.CompressionLevel.Fastest });
        foreach (Array[] columns in groups)
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            foreach ((DataField field, Array values) in schema.GetDataFields().Zip(columns))
            {
                await WriteAsync(group, field, values);
            }
        }

        return path;
    }

    /// <summary>The usual columns as text.</summary>
    public static Task<string> WriteTextsAsync(string path, IEnumerable<ClickstreamEvent> events, int rowsInGroup = int.MaxValue, ParquetOptions? options = null)
    {
        ParquetSchema schema = new(
            new DataField<string>("uuid"), new DataField<string>("event_timestamp"), new DataField<string>("page_name"), new DataField<string>("event_id"));
        return WriteAsync(path, schema, events.Chunk(rowsInGroup).Select(group => (Array[])
        [
            group.Select(e => e.UserId).ToArray(),
            group.Select(e => e.TimestampMs.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray(),
            group.Select(e => e.PageName).ToArray(),
            group.Select(e => e.EventId).ToArray(),
        ]), options);
    }

    public static Task<List<EventRow>> ReadAsync(string path, SessionizationOptions? options = null, params EventField[] retained) =>
        ReadAsync([path], options, retained);

    public static async Task<List<EventRow>> ReadAsync(IEnumerable<string> inputs, SessionizationOptions? options = null, params EventField[] retained)
    {
        await using ParquetEventSource source = new(inputs, options ?? new SessionizationOptions(), EventFields.Of(retained));
        await source.OpenAsync(CancellationToken.None);
        return await ReadAsync(source, retained);
    }

    public static async Task<List<EventRow>> ReadAsync(ParquetEventSource source, params EventField[] retained)
    {
        List<EventRow> rows = [];
        EventBatch batch = new(EventFields.Of(retained));
        while (await source.ReadAsync(batch, CancellationToken.None) == SourceReadResult.Records)
        {
            rows.AddRange(Enumerable.Range(0, batch.Count).Select(row => EventRow.Of(batch, row)));
        }

        return rows;
    }

    private static Task WriteAsync(ParquetRowGroupWriter group, DataField field, Array values) => values switch
    {
        string?[] texts => group.WriteAsync(field, texts),
        byte[]?[] bytes => group.WriteAsync(field, bytes),
        long?[] numbers => group.WriteAsync<long>(field, numbers),
        long[] numbers => group.WriteAsync<long>(field, numbers),
        ulong?[] numbers => group.WriteAsync<ulong>(field, numbers),
        int?[] numbers => group.WriteAsync<int>(field, numbers),
        uint?[] numbers => group.WriteAsync<uint>(field, numbers),
        Guid?[] ids => group.WriteAsync<Guid>(field, ids),
        DateTime?[] times => group.WriteAsync<DateTime>(field, times),
        DateOnly?[] days => group.WriteAsync<DateOnly>(field, days),
        double?[] numbers => group.WriteAsync<double>(field, numbers),
        bool?[] flags => group.WriteAsync<bool>(field, flags),
        decimal?[] numbers => group.WriteAsync<decimal>(field, numbers),
        _ => throw new ArgumentException($"No column is written of {values.GetType()}.", nameof(values)),
    };
}
