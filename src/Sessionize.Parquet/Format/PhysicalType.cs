namespace Sessionize.Parquet.Format;

/// <summary>How the values of a column are stored; the numbers are those of the file format.</summary>
internal enum PhysicalType
{
    /// <summary>One bit.</summary>
    Boolean = 0,

    /// <summary>Four bytes, little-endian.</summary>
    Int32 = 1,

    /// <summary>Eight bytes, little-endian.</summary>
    Int64 = 2,

    /// <summary>IEEE 754, four bytes, little-endian.</summary>
    Float = 4,

    /// <summary>IEEE 754, eight bytes, little-endian.</summary>
    Double = 5,

    /// <summary>A length and bytes.</summary>
    ByteArray = 6,

    /// <summary>Bytes of a length that the schema has.</summary>
    FixedLenByteArray = 7,
}
