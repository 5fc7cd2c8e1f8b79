namespace Sessionize.Iceberg.Writing;

/// <summary>Where a row group ends.</summary>
/// <param name="Rows">The most rows.</param>
/// <param name="Bytes">The bytes, before compression, at which it ends.</param>
internal readonly record struct RowGroupLimits(int Rows, long Bytes)
{
    /// <summary>About what the numbers of a row take.</summary>
    private const int NumberBytes = 100;

    /// <summary>Whether a batch is as large as a row group may be.</summary>
    public bool AreReached(SessionBatch batch) => batch.Count >= Rows || batch.TextBytes + ((long)batch.Count * NumberBytes) >= Bytes;
}
