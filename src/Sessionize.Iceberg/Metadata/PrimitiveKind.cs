namespace Sessionize.Iceberg.Metadata;

/// <summary>The kinds of primitive types that format versions 1 and 2 have; each name, in lower case, is the name in metadata.</summary>
internal enum PrimitiveKind
{
    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A 32-bit integer.</summary>
    Int,

    /// <summary>A 64-bit integer.</summary>
    Long,

    /// <summary>A 32-bit floating-point number.</summary>
    Float,

    /// <summary>A 64-bit floating-point number.</summary>
    Double,

    /// <summary>A number with a fixed count of digits behind the point.</summary>
    Decimal,

    /// <summary>A day.</summary>
    Date,

    /// <summary>A time of day, in microseconds.</summary>
    Time,

    /// <summary>Date and time without a zone, in microseconds.</summary>
    Timestamp,

    /// <summary>A point of time, in microseconds.</summary>
    TimestampTz,

    /// <summary>A text.</summary>
    String,

    /// <summary>A UUID.</summary>
    Uuid,

    /// <summary>Bytes of a fixed count.</summary>
    Fixed,

    /// <summary>Bytes.</summary>
    Binary,
}
