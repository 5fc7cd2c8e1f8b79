using System.Collections.Concurrent;
using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Columns;

/// <summary>As many encoders as there are threads that encode at once. Thread-safe, but for <see cref="Dispose"/>.</summary>
internal sealed class RowGroupEncoderPool(SessionParquetSchema schema, ParquetWriterSettings settings) : IDisposable
{
    private readonly ConcurrentBag<RowGroupEncoder> _free = [];
    private readonly SegmentPool _segments = new();

    /// <summary>Encodes a row group; see <see cref="RowGroupEncoder.Encode"/>.</summary>
    public EncodedRowGroup Encode(SessionBatch rows)
    {
        RowGroupEncoder encoder = _free.TryTake(out RowGroupEncoder? free) ? free : new RowGroupEncoder(schema, settings, _segments);
        try
        {
            return encoder.Encode(rows);
        }
        finally
        {
            _free.Add(encoder);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_free.TryTake(out RowGroupEncoder? encoder))
        {
            encoder.Dispose();
        }
    }
}
