namespace Sessionize.Parquet.Format;

/// <summary>How the values of a page are written; the numbers are those of the file format.</summary>
/// <remarks>No others: Iceberg's vectorised reader in Spark refused every other encoding until 2026.</remarks>
internal enum PageEncoding
{
    /// <summary>One value behind the other.</summary>
    Plain = 0,

    /// <summary>Runs and packed bits; of levels only.</summary>
    Rle = 3,

    /// <summary>Numbers of the dictionary's entries, as runs and packed bits.</summary>
    RleDictionary = 8,
}
