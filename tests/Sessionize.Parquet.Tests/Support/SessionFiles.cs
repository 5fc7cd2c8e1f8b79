using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Files;
using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Tests.Support;

/// <summary>Writes sessions into files in memory.</summary>
internal static class SessionFiles
{
    /// <summary>Makes a batch of sessions.</summary>
    public static SessionBatch Batch(IEnumerable<Session> sessions)
    {
        SessionBatch batch = new();
        foreach (Session session in sessions)
        {
            batch.Add(session);
        }

        return batch;
    }

    /// <summary>Writes sessions, a row group for each chunk.</summary>
    public static (byte[] File, ParquetFileMetrics Metrics) Write(
        IEnumerable<Session[]> rowGroups,
        ParquetSessionOptions? options = null,
        SessionParquetSchema? schema = null,
        IReadOnlyList<KeyValuePair<string, string>>? properties = null)
    {
        ParquetWriterSettings settings = (options ?? new ParquetSessionOptions()).ToSettings();
        schema ??= SessionParquetSchema.AllColumns;
        using MemoryStream stream = new();
        using RowGroupEncoder encoder = new(schema, settings, new SegmentPool());
        ParquetFileWriter writer = new(stream, schema, settings.Compression, properties);
        writer.BeginAsync(default).AsTask().GetAwaiter().GetResult();
        foreach (Session[] rowGroup in rowGroups)
        {
            writer.AppendAsync(encoder.Encode(Batch(rowGroup)), default).AsTask().GetAwaiter().GetResult();
        }

        ParquetFileMetrics metrics = writer.FinishAsync(default).AsTask().GetAwaiter().GetResult();
        return (stream.ToArray(), metrics);
    }
}
