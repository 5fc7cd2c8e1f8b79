using Sessionize.Iceberg.Partitioning;
using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>The bucket of a text. That of a user is computed once for all rows of his that follow one another.</summary>
/// <param name="source">Gives a row's text.</param>
/// <param name="buckets">The number of buckets.</param>
internal sealed class TextBucketTerm(TextSource source, int buckets) : RowTerm
{
    private int _lastNumber = TextSource.NoNumber;
    private int _lastBucket;

    /// <inheritdoc/>
    public override void Begin()
    {
        _lastNumber = TextSource.NoNumber;
        source.Begin();
    }

    /// <inheritdoc/>
    public override void WriteKey(SessionBatch rows, int row, bool nullsFirst, bool isDescending, ByteBuffer key)
    {
        int? bucket = Bucket(rows, row);
        if (source.MayBeNull)
        {
            KeyBytes.WritePresence(key, bucket is null, nullsFirst);
        }

        if (bucket is { } value)
        {
            KeyBytes.Write(key, isDescending ? ~(long)value : value);
        }
    }

    /// <inheritdoc/>
    public override object? ValueOf(SessionBatch rows, int row) => Bucket(rows, row);

    private int? Bucket(SessionBatch rows, int row)
    {
        int number = source.NumberOf(rows, row);
        if (number == TextSource.NoNumber || number != _lastNumber)
        {
            if (!source.TryRead(rows, row, out ReadOnlySpan<byte> text))
            {
                return null;
            }

            _lastBucket = TransformValues.BucketOfText(text, buckets);
            _lastNumber = number;
        }

        return _lastBucket;
    }
}
