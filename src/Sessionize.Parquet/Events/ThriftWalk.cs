namespace Sessionize.Parquet.Events;

/// <summary>Walks over one struct of Thrift's compact protocol, and holds it to its shape.</summary>
/// <remarks>
/// <para>The library reads a field by its id alone, whatever its type, and does not pass over structs that it does not know. Either way it goes
/// on somewhere in the middle, takes what it finds there for columns and row groups, or for a number without an end. What was walked over here it
/// reads to the same end.</para>
/// <para>Where the bytes end too early <see cref="IsCut"/> is set and everything reads as 0, so that the walk ends by itself.</para>
/// </remarks>
internal ref struct ThriftWalk(ReadOnlySpan<byte> bytes)
{
    private const int MostNested = 16;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private short _field;

    /// <summary>How far the walk is.</summary>
    public int Position { get; private set; }

    /// <summary>Whether the bytes ended before the struct did.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Looks whether bytes are one struct of a shape, and nothing behind it.</summary>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public static void CheckWhole(ReadOnlySpan<byte> bytes, ThriftShape shape)
    {
        ThriftWalk walk = new(bytes);
        while (walk.TryNextField(out short field, out ThriftType type))
        {
            walk.Skip(type, shape.Find(field));
        }

        if (walk.IsCut || walk.Position != bytes.Length)
        {
            throw new InvalidDataException($"it is a struct of {walk.Position} bytes in {bytes.Length}");
        }
    }

    /// <summary>Goes to the next field of the struct.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryNextField(out short field, out ThriftType type)
    {
        byte head = TakeByte();
        type = (ThriftType)(head & 0x0F);
        if (head == 0)
        {
            field = 0;
            return false;
        }

        int step = head >> 4;
        _field = field = step == 0 ? (short)TakeI32() : (short)(_field + step);
        return true;
    }

    public int TakeI32()
    {
        uint value = (uint)TakeVariable();
        return (int)(value >> 1) ^ -(int)(value & 1);
    }

    /// <summary>Goes past a value.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="expected">What it should be; <see langword="null"/> where that is not known.</param>
    /// <exception cref="InvalidDataException">It is something else, or of a type that cannot be passed over.</exception>
    public void Skip(ThriftType type, ThriftField? expected) => Skip(type, expected, isElement: false, depth: 0);

    private void Skip(ThriftType type, ThriftField? expected, bool isElement, int depth)
    {
        if (expected is not null && expected.Type != (type == ThriftType.False ? ThriftType.True : type))
        {
            throw new InvalidDataException($"it has a value of type {type} instead of {expected.Type}");
        }

        switch (type)
        {
            case ThriftType.True or ThriftType.False when !isElement:
                // The truth is in the type. An element of a list would have a byte, which the library does not pass over.
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
            case ThriftType.List when depth < MostNested:
                byte head = TakeByte();
                ulong count = head >> 4 == 15 ? TakeVariable() : (ulong)(head >> 4);
                for (; count > 0 && !IsCut; count--)
                {
                    Skip((ThriftType)(head & 0x0F), expected?.Element, isElement: true, depth + 1);
                }

                break;
            case ThriftType.Struct when expected?.Shape is { } shape && depth < MostNested:
                short outer = _field;
                _field = 0;
                while (TryNextField(out short id, out ThriftType inner))
                {
                    Skip(inner, shape.Find(id), isElement: false, depth + 1);
                }

                _field = outer;
                break;
            default:
                throw new InvalidDataException($"it has a value of type {type} where none is known");
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

        throw new InvalidDataException("it has a number that does not end");
    }

    private void Advance(ulong count)
    {
        bool isThere = count <= (ulong)(_bytes.Length - Position);
        IsCut |= !isThere;
        Position = isThere ? Position + (int)count : _bytes.Length;
    }
}
