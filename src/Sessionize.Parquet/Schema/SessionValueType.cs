namespace Sessionize.Parquet.Schema;

/// <summary>The types that a column of a session's row can have in a file.</summary>
internal enum SessionValueType
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A UUID, of a text that is one.</summary>
    Uuid,

    /// <summary>A 64-bit number.</summary>
    Long,

    /// <summary>A 32-bit number.</summary>
    Int,

    /// <summary>A floating-point number of 64 bits.</summary>
    Double,

    /// <summary>A floating-point number of 32 bits.</summary>
    Float,

    /// <summary>A point of time in microseconds.</summary>
    TimestampTz,

    /// <summary>Date and time without a zone in microseconds: those of UTC.</summary>
    Timestamp,

    /// <summary>A day.</summary>
    Date,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A list of texts.</summary>
    TextList,
}
