namespace Sessionize.Parquet;

/// <summary>How the pages of a Parquet file are compressed.</summary>
public enum ParquetCompression
{
    /// <summary>Zstandard.</summary>
    Zstd,

    /// <summary>Not at all.</summary>
    None,
}
