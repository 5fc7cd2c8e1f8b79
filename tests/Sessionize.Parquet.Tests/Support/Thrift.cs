using System.Buffers.Binary;

namespace Sessionize.Parquet.Tests.Support;

/// <summary>Reads any structure in Thrift's compact protocol: fields by id, lists as lists. Knows nothing of the writer.</summary>
internal sealed class Thrift(byte[] bytes, int position)
{
    /// <summary>Where reading goes on.</summary>
    public int Position { get; private set; } = position;

    public Dictionary<int, object> Structure()
    {
        Dictionary<int, object> fields = [];
        for (int id = 0; ;)
        {
            int head = bytes[Position++];
            if (head == 0)
            {
                return fields;
            }

            id = head >> 4 == 0 ? (int)Number() : id + (head >> 4);
            int type = head & 15;
            fields.Add(id, type is 1 or 2 ? type == 1 : Value(type));
        }
    }

    private object Value(int type) => type switch
    {
        1 or 2 => bytes[Position++] == 1,
        4 or 5 or 6 => Number(),
        7 => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8)),
        8 => Bytes((int)Varint()),
        9 => List(),
        12 => Structure(),
        _ => throw new InvalidDataException($"Type {type} at {Position}."),
    };

    private List<object> List()
    {
        int head = bytes[Position++];
        int count = head >> 4 == 15 ? (int)Varint() : head >> 4;
        List<object> values = [];
        for (int i = 0; i < count; i++)
        {
            values.Add(Value(head & 15));
        }

        return values;
    }

    private byte[] Bytes(int count)
    {
        Position += count;
        return bytes[(Position - count)..Position];
    }

    private long Number()
    {
        ulong value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[Position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
