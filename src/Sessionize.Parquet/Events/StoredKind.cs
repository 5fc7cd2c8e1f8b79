namespace Sessionize.Parquet.Events;

/// <summary>How the values of a column are stored, and what they are.</summary>
internal enum StoredKind
{
    /// <summary>Bytes that should be UTF-8.</summary>
    Text,

    /// <summary>16 bytes, written as text with hyphens.</summary>
    Uuid,

    Int32,
    UInt32,
    Int64,
    UInt64,

    /// <summary>Since the Unix epoch, in 64 bits.</summary>
    Milliseconds,

    /// <inheritdoc cref="Milliseconds"/>
    Microseconds,

    /// <inheritdoc cref="Milliseconds"/>
    Nanoseconds,

    /// <summary>Nanoseconds of a day, and the day by the Julian calendar's count, in 96 bits; Impala and Spark have written times so.</summary>
    JulianNanoseconds,
}
