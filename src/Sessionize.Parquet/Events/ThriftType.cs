namespace Sessionize.Parquet.Events;

/// <summary>The types of Thrift's compact protocol.</summary>
internal enum ThriftType : byte
{
    Stop,
    True,
    False,
    Byte,
    I16,
    I32,
    I64,
    Double,
    Binary,
    List,
    Set,
    Map,
    Struct,
}
