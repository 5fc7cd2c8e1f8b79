namespace Sessionize.Parquet.Events;

/// <summary>Walks over one struct of Thrift's compact protocol.</summary>
/// <remarks>Where the bytes end too early <see cref="IsCut"/> is set and everything reads as 0, so that the walk ends by itself.</remarks>
internal ref struct ThriftWalk(ReadOnlySpan<byte> bytes)
{
    private const int MostNested = 16;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private short _field;

    /// <summary>How far the walk is.</summary>
    public int Position { get; private set; }

    /// <summary>Whether the bytes ended before the struct did.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Goes to the next field of the struct.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryNextField(out short field, out ThriftType type)
    {
        byte head = TakeByte();
        type = (ThriftType)(head & 0x0F);
        int step = head >> 4;
        _field = field = type == ThriftType.Stop ? (short)0 : step == 0 ? (short)TakeI32() : (short)(_field + step);
        return type != ThriftType.Stop;
    }

    public int TakeI32()
    {
        uint value = (uint)TakeVariable();
        return (int)(value >> 1) ^ -(int)(value & 1);
    }

    /// <summary>Goes past a field's value.</summary>
    /// <exception cref="InvalidDataException">There is no such type, or structs are nested too deep.</exception>
    public void Skip(ThriftType type) => Skip(type, isElement: false, depth: 0);

    private void Skip(ThriftType type, bool isElement, int depth)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                // A field holds its truth in its type; an element of a list is a byte.
                Advance(isElement ? 1u : 0);
                break;
            case ThriftType.Byte:
                Advance(1);
                break;
            case ThriftType.I16 or ThriftType.I32 or ThriftType.I64:
                TakeVariable();
                break;
            case ThriftType.Double:
                Advance(sizeof(double));
                break;
            case ThriftType.Binary:
                Advance(TakeVariable());
                break;
            case ThriftType.List or ThriftType.Set when depth < MostNested:
                byte head = TakeByte();
                ulong count = head >> 4 == 15 ? TakeVariable() : (ulong)(head >> 4);
                for (; count > 0 && !IsCut; count--)
                {
                    Skip((ThriftType)(head & 0x0F), isElement: true, depth + 1);
                }

                break;
            case ThriftType.Struct when depth < MostNested:
                short outer = _field;
                _field = 0;
                while (TryNextField(out _, out ThriftType inner))
                {
                    Skip(inner, isElement: false, depth + 1);
                }

                _field = outer;
                break;
            default:
                throw new InvalidDataException($"a page header holds a value of type {(int)type}");
        }
    }

    private byte TakeByte()
    {
        if (Position >= _bytes.Length)
        {
            IsCut = true;
            return 0;
        }

        return _bytes[Position++];
    }

    private ulong TakeVariable()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = TakeByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a page header holds a number that does not end");
    }

    private void Advance(ulong count)
    {
        bool isThere = count <= (ulong)(_bytes.Length - Position);
        IsCut |= !isThere;
        Position = isThere ? Position + (int)count : _bytes.Length;
    }
}
