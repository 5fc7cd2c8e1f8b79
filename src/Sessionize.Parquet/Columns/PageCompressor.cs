using ZstdSharp;

namespace Sessionize.Parquet.Columns;

/// <summary>Compresses pages, one after the other, in memory that it keeps. Not thread-safe.</summary>
internal sealed class PageCompressor : IDisposable
{
    private readonly Compressor? _zstd;
    private byte[] _compressed = [];

    public PageCompressor(ParquetCompression compression, int level) =>
        (Compression, _zstd) = (compression, compression == ParquetCompression.Zstd ? new Compressor(level) : null);

    public ParquetCompression Compression { get; }

    /// <summary>Compresses a page.</summary>
    /// <returns>The bytes; valid until the next call, or until the page's change if nothing is compressed.</returns>
    public ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> page)
    {
        if (_zstd is null)
        {
            return page;
        }

        int most = Compressor.GetCompressBound(page.Length);
        if (_compressed.Length < most)
        {
            _compressed = GC.AllocateUninitializedArray<byte>(most);
        }

        return _compressed.AsSpan(0, _zstd.Wrap(page, _compressed));
    }

    public void Dispose() => _zstd?.Dispose();
}
