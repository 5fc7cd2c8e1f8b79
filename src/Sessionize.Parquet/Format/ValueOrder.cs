using System.Buffers.Binary;

namespace Sessionize.Parquet.Format;

/// <summary>The order of stored values that the statistics are made in.</summary>
internal static class ValueOrder
{
    public static int Compare(PhysicalType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => type switch
    {
        PhysicalType.Boolean => left[0].CompareTo(right[0]),
        PhysicalType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(left).CompareTo(BinaryPrimitives.ReadInt32LittleEndian(right)),
        PhysicalType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(left).CompareTo(BinaryPrimitives.ReadInt64LittleEndian(right)),
        PhysicalType.Float => BinaryPrimitives.ReadSingleLittleEndian(left).CompareTo(BinaryPrimitives.ReadSingleLittleEndian(right)),
        PhysicalType.Double => BinaryPrimitives.ReadDoubleLittleEndian(left).CompareTo(BinaryPrimitives.ReadDoubleLittleEndian(right)),
        _ => left.SequenceCompareTo(right),
    };
}
