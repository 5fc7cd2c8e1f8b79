namespace Sessionize.Parquet.Events;

/// <summary>The structs that a Parquet file holds: footer and page header, with the fields that the library knows.</summary>
/// <remarks>The names are those of the format's own description.</remarks>
internal static class ParquetShapes
{
    private static readonly ThriftShape s_empty = new();

    private static readonly ThriftShape s_statistics = new ThriftShape().Binary(1, 2, 5, 6).I64(3, 4).Flag(7, 8);

    private static readonly ThriftShape s_timeUnit = new ThriftShape().Struct(s_empty, 1, 2, 3);

    private static readonly ThriftShape s_time = new ThriftShape().Flag(1).Struct(s_timeUnit, 2);

    private static readonly ThriftShape s_logicalType = new ThriftShape()
        .Struct(s_empty, 1, 2, 3, 4, 6, 11, 12, 13, 14, 15)
        .Struct(new ThriftShape().I32(1, 2), 5)
        .Struct(s_time, 7, 8)
        .Struct(new ThriftShape().Of(ThriftType.Byte, 1).Flag(2), 10)
        .Struct(new ThriftShape().Of(ThriftType.Byte, 1), 16)
        .Struct(new ThriftShape().Binary(1).I32(2), 17, 18);

    private static readonly ThriftShape s_schemaElement = new ThriftShape().I32(1, 2, 3, 5, 6, 7, 8, 9).Binary(4).Struct(s_logicalType, 10);

    private static readonly ThriftShape s_keyValue = new ThriftShape().Binary(1, 2);

    private static readonly ThriftShape s_geospatial = new ThriftShape()
        .Struct(new ThriftShape().Of(ThriftType.Double, 1, 2, 3, 4, 5, 6, 7, 8), 1)
        .List(ThriftType.I32, 2);

    private static readonly ThriftShape s_columnMetaData = new ThriftShape()
        .I32(1, 4, 15).I64(5, 6, 7, 9, 10, 11, 14)
        .List(ThriftType.I32, 2)
        .List(ThriftType.Binary, 3)
        .List(s_keyValue, 8)
        .Struct(s_statistics, 12)
        .List(new ThriftShape().I32(1, 2, 3), 13)
        .Struct(new ThriftShape().I64(1).List(ThriftType.I64, 2, 3), 16)
        .Struct(s_geospatial, 17);

    private static readonly ThriftShape s_columnCrypto = new ThriftShape()
        .Struct(s_empty, 1)
        .Struct(new ThriftShape().List(ThriftType.Binary, 1).Binary(2), 2);

    private static readonly ThriftShape s_columnChunk = new ThriftShape()
        .Binary(1, 9).I64(2, 4, 6).I32(5, 7)
        .Struct(s_columnMetaData, 3)
        .Struct(s_columnCrypto, 8);

    private static readonly ThriftShape s_rowGroup = new ThriftShape()
        .List(s_columnChunk, 1)
        .I64(2, 3, 5, 6)
        .List(new ThriftShape().I32(1).Flag(2, 3), 4)
        .Of(ThriftType.I16, 7);

    private static readonly ThriftShape s_encryption = new ThriftShape().Struct(new ThriftShape().Binary(1, 2).Flag(3), 1, 2);

    /// <summary>The footer.</summary>
    public static ThriftShape FileMetaData { get; } = new ThriftShape()
        .I32(1).I64(3).Binary(6, 9)
        .List(s_schemaElement, 2)
        .List(s_rowGroup, 4)
        .List(s_keyValue, 5)
        .List(new ThriftShape().Struct(s_empty, 1), 7)
        .Struct(s_encryption, 8);

    /// <summary>What a page begins with.</summary>
    public static ThriftShape PageHeader { get; } = new ThriftShape()
        .I32(1, 2, 3, 4)
        .Struct(new ThriftShape().I32(1, 2, 3, 4).Struct(s_statistics, 5), 5)
        .Struct(s_empty, 6)
        .Struct(new ThriftShape().I32(1, 2).Flag(3), 7)
        .Struct(new ThriftShape().I32(1, 2, 3, 4, 5, 6).Flag(7).Struct(s_statistics, 8), 8);
}
