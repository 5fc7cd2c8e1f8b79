namespace Sessionize.Iceberg.Manifests;

/// <summary>The kinds of Avro types.</summary>
internal enum AvroKind
{
    /// <summary>Nothing.</summary>
    Null,

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

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A text.</summary>
    String,

    /// <summary>Bytes of a fixed count.</summary>
    Fixed,

    /// <summary>One of some names.</summary>
    Enum,

    /// <summary>Items in order.</summary>
    Array,

    /// <summary>Items by text.</summary>
    Map,

    /// <summary>One of some types.</summary>
    Union,

    /// <summary>Fields in order.</summary>
    Record,
}
