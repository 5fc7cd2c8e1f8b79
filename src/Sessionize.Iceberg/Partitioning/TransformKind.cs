namespace Sessionize.Iceberg.Partitioning;

/// <summary>The kinds of partition transforms (Iceberg spec, "Partition Transforms").</summary>
internal enum TransformKind
{
    /// <summary>The value itself.</summary>
    Identity,

    /// <summary>The hash of the value, modulo the width.</summary>
    Bucket,

    /// <summary>The value, cut to the width.</summary>
    Truncate,

    /// <summary>Years since 1970.</summary>
    Year,

    /// <summary>Months since 1970.</summary>
    Month,

    /// <summary>Days since 1970.</summary>
    Day,

    /// <summary>Hours since 1970.</summary>
    Hour,

    /// <summary>Always null: a field that was dropped from the spec of a v1 table.</summary>
    Void,

    /// <summary>One that this program does not know. Such a table can be described and read without pruning by it, but not written.</summary>
    Unknown,
}
