using Sessionize.Parquet.Columns;

namespace Sessionize.Parquet;

/// <summary>How session files are written as Parquet. The defaults are right for nearly everybody.</summary>
/// <remarks>Copied by whoever takes them: a later change has no effect.</remarks>
public sealed class ParquetSessionOptions
{
    private const int LeastLevel = 1;
    private const int GreatestLevel = 22;
    private const int LeastPageBytes = 1024;
    private const int MostPageBytes = 1 << 30;

    /// <summary>How pages are compressed.</summary>
    /// <value><see cref="ParquetCompression.Zstd"/> by default.</value>
    public ParquetCompression Compression { get; set; } = ParquetCompression.Zstd;

    /// <summary>How hard Zstandard tries, from 1 to 22.</summary>
    /// <value>1 by default: for sessions, level 3 takes more than twice the time and saves nothing.</value>
    public int CompressionLevel { get; set; } = 1;

    /// <summary>The most rows of a page; at least 1. A reader that looks for few rows reads whole pages.</summary>
    /// <value>20,000 by default.</value>
    public int PageRows { get; set; } = 20_000;

    /// <summary>The most bytes of values in a page, before compression, from 1,024 to 1 GiB; a single larger row has a page of its own.</summary>
    /// <value>1 MiB by default.</value>
    public int PageBytes { get; set; } = 1 << 20;

    /// <summary>The rows of a row group, at least 1, of sessions that come one by one. Batch forms row groups itself.</summary>
    /// <value>131,072 by default.</value>
    public int RowGroupRows { get; set; } = 131_072;

    internal ParquetWriterSettings ToSettings()
    {
        if (!Enum.IsDefined(Compression))
        {
            throw new ArgumentOutOfRangeException(nameof(Compression), Compression, "The compression is Zstd or None.");
        }

        if (CompressionLevel is < LeastLevel or > GreatestLevel)
        {
            throw new ArgumentOutOfRangeException(nameof(CompressionLevel), CompressionLevel, $"Zstandard has the levels {LeastLevel} to {GreatestLevel}.");
        }

        if (PageBytes is < LeastPageBytes or > MostPageBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(PageBytes), PageBytes, $"A page has {LeastPageBytes} to {MostPageBytes} bytes.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(PageRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RowGroupRows, 1);
        return new ParquetWriterSettings(Compression, CompressionLevel, new PageLimits(PageRows, PageBytes), RowGroupRows);
    }
}
