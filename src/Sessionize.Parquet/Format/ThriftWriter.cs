using System.Text;

namespace Sessionize.Parquet.Format;

/// <summary>Writes structures in Thrift's compact protocol, in which Parquet keeps its headers and its footer. Not thread-safe.</summary>
/// <remarks>Fields are written in the order of their ids. Structures that are elements of a list begin with <see cref="BeginElement"/>.</remarks>
internal sealed class ThriftWriter(ByteBuffer target)
{
    /// <summary>The types of list elements; the numbers are those of the protocol.</summary>
    internal enum ElementType
    {
        /// <summary>True or false.</summary>
        Boolean = 1,

        /// <summary>A 32-bit number; also every enumeration.</summary>
        Int32 = 5,

        /// <summary>A 64-bit number.</summary>
        Int64 = 6,

        /// <summary>Bytes or a text.</summary>
        Binary = 8,

        /// <summary>A structure.</summary>
        Structure = 12,
    }

    private const int True = 1;
    private const int False = 2;
    private const int Int16Type = 4;
    private const int List = 9;
    private const int MostInShortForm = 15;

    private readonly Stack<int> _outerIds = new();
    private int _lastId;

    public void Int16(int id, short value)
    {
        Field(id, Int16Type);
        Int32Element(value);
    }

    public void Int32(int id, int value)
    {
        Field(id, (int)ElementType.Int32);
        Int32Element(value);
    }

    public void Int64(int id, long value)
    {
        Field(id, (int)ElementType.Int64);
        Int64Element(value);
    }

    public void Boolean(int id, bool value) => Field(id, value ? True : False);

    public void Binary(int id, ReadOnlySpan<byte> value)
    {
        Field(id, (int)ElementType.Binary);
        BinaryElement(value);
    }

    public void Text(int id, string value) => Binary(id, Encoding.UTF8.GetBytes(value));

    /// <summary>Begins a field that is a structure; the protocol's unions are structures with one field.</summary>
    public void BeginStructure(int id)
    {
        Field(id, (int)ElementType.Structure);
        BeginElement();
    }

    public void EmptyStructure(int id)
    {
        BeginStructure(id);
        EndStructure();
    }

    /// <summary>Begins a structure that is an element of a list, or the outermost one.</summary>
    public void BeginElement()
    {
        _outerIds.Push(_lastId);
        _lastId = 0;
    }

    public void EndStructure()
    {
        target.WriteByte(0);
        _lastId = _outerIds.Pop();
    }

    /// <summary>Begins a field that is a list; that many elements follow.</summary>
    public void BeginList(int id, ElementType type, int count)
    {
        Field(id, List);
        if (count < MostInShortForm)
        {
            target.WriteByte((byte)((count << 4) | (int)type));
        }
        else
        {
            target.WriteByte((byte)(0xF0 | (int)type));
            target.WriteVarint((uint)count);
        }
    }

    public void BooleanElement(bool value) => target.WriteByte(value ? (byte)True : (byte)False);

    public void Int32Element(int value) => target.WriteVarint((uint)((value << 1) ^ (value >> 31)));

    public void Int64Element(long value) => target.WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    public void BinaryElement(ReadOnlySpan<byte> value)
    {
        target.WriteVarint((uint)value.Length);
        target.Write(value);
    }

    public void TextElement(string value) => BinaryElement(Encoding.UTF8.GetBytes(value));

    private void Field(int id, int type)
    {
        // All ids in Parquet's structures follow one another closely enough for the short form.
        target.WriteByte((byte)(((id - _lastId) << 4) | type));
        _lastId = id;
    }
}
