using System.Buffers.Binary;
using System.Text;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Decodes values of Avro. Every length is checked against the bytes that are left before anything is allocated.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="place">Where the file lies, for messages.</param>
internal ref struct AvroDecoder(ReadOnlySpan<byte> bytes, string place)
{
    /// <summary>How deep types may be nested in values that are passed over: schemas of others may contain themselves.</summary>
    private const int MaxDepth = 64;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private long _skipped;

    /// <summary>The bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>The bytes left.</summary>
    public readonly int Remaining => _bytes.Length - Position;

    /// <summary>Whether none are left.</summary>
    public readonly bool IsAtEnd => Position == _bytes.Length;

    /// <summary>An int or a long.</summary>
    public long Long()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70 && Position < _bytes.Length; shift += 7)
        {
            byte part = _bytes[Position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw Damaged(Position == _bytes.Length ? "it ends too early" : $"the number at byte {Position} has no end");
    }

    /// <summary>An int.</summary>
    public int Int()
    {
        long value = Long();
        return (int)value == value ? (int)value : throw Damaged($"the number before byte {Position} is too large");
    }

    /// <summary>A length that the bytes left can hold.</summary>
    public int Length()
    {
        long length = Long();
        return length >= 0 && length <= Remaining ? (int)length : throw Damaged($"the length {length} before byte {Position} goes beyond its end");
    }

    /// <summary>How many items of an array or map follow; 0: it ends. An item takes a byte or more.</summary>
    public int BlockCount()
    {
        long count = Long();
        if (count < 0)
        {
            Long();
            count = count == long.MinValue ? long.MaxValue : -count;
        }

        return count <= Remaining ? (int)count : throw Damaged($"the list before byte {Position} says that it has {count} items");
    }

    /// <summary>Bytes whose length the schema tells.</summary>
    public ReadOnlySpan<byte> Raw(int length)
    {
        if (length > Remaining)
        {
            throw Damaged("it ends too early");
        }

        ReadOnlySpan<byte> raw = _bytes.Slice(Position, length);
        Position += length;
        return raw;
    }

    /// <summary>Bytes.</summary>
    public ReadOnlySpan<byte> Bytes() => Raw(Length());

    /// <summary>A text.</summary>
    public string Text()
    {
        try
        {
            return s_utf8.GetString(Bytes());
        }
        catch (DecoderFallbackException damage)
        {
            throw AvroContainer.Damaged(place, $"the text before byte {Position} is no UTF-8", damage);
        }
    }

    /// <summary>True or false.</summary>
    public bool Boolean() => Raw(1)[0] switch
    {
        0 => false,
        1 => true,
        _ => throw Damaged($"the value before byte {Position} is neither true nor false"),
    };

    /// <summary>A 32-bit floating-point number.</summary>
    public float Float() => BinaryPrimitives.ReadSingleLittleEndian(Raw(sizeof(float)));

    /// <summary>A 64-bit floating-point number.</summary>
    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Raw(sizeof(double)));

    /// <summary>Of a union the type that follows; else the type itself.</summary>
    public AvroType Branch(AvroType type)
    {
        if (type.Kind != AvroKind.Union)
        {
            return type;
        }

        long branch = Long();
        return branch >= 0 && branch < type.Items.Count ? type.Items[(int)branch] : throw Damaged($"the union before byte {Position} has no branch {branch}");
    }

    /// <summary>A number that may be null.</summary>
    public long? OptionalLong(AvroType type) => Branch(type).Kind switch
    {
        AvroKind.Null => null,
        AvroKind.Int or AvroKind.Long => Long(),
        var kind => throw Unexpected(kind),
    };

    /// <summary>A number that may be null.</summary>
    public int? OptionalInt(AvroType type) => OptionalLong(type) is { } value
        ? (int)value == value ? (int)value : throw Damaged($"the number before byte {Position} is too large")
        : null;

    /// <summary>A text that may be null.</summary>
    public string? OptionalText(AvroType type) => Branch(type).Kind switch
    {
        AvroKind.Null => null,
        AvroKind.String or AvroKind.Bytes => Text(),
        var kind => throw Unexpected(kind),
    };

    /// <summary>Bytes that may be null.</summary>
    public byte[]? OptionalBytes(AvroType type)
    {
        AvroType branch = Branch(type);
        return branch.Kind switch
        {
            AvroKind.Null => null,
            AvroKind.Bytes or AvroKind.String => Bytes().ToArray(),
            AvroKind.Fixed => Raw(branch.Length).ToArray(),
            var kind => throw Unexpected(kind),
        };
    }

    /// <summary>True or false, or null.</summary>
    public bool? OptionalBoolean(AvroType type) => Branch(type).Kind switch
    {
        AvroKind.Null => null,
        AvroKind.Boolean => Boolean(),
        var kind => throw Unexpected(kind),
    };

    /// <summary>Passes a value over.</summary>
    public void Skip(AvroType type, int depth = 0)
    {
        // Values without bytes could be nested so that passing them over takes for ever: the work is bounded by the bytes, too.
        if (depth > MaxDepth || ++_skipped > 10_000 + (16L * _bytes.Length))
        {
            throw Damaged($"its values are nested more than {MaxDepth} deep, or have no bytes");
        }

        switch (type.Kind)
        {
            case AvroKind.Null:
                break;
            case AvroKind.Boolean:
                Raw(1);
                break;
            case AvroKind.Int or AvroKind.Long or AvroKind.Enum:
                Long();
                break;
            case AvroKind.Float:
                Raw(sizeof(float));
                break;
            case AvroKind.Double:
                Raw(sizeof(double));
                break;
            case AvroKind.Bytes or AvroKind.String:
                Bytes();
                break;
            case AvroKind.Fixed:
                Raw(type.Length);
                break;
            case AvroKind.Union:
                Skip(Branch(type), depth + 1);
                break;
            case AvroKind.Record:
                foreach (AvroField field in type.Fields)
                {
                    Skip(field.Type, depth + 1);
                }

                break;
            default:
                SkipItems(type, depth);
                break;
        }
    }

    /// <summary>What is thrown of a value of another type than it has to be.</summary>
    public readonly SessionizeException Unexpected(AvroKind kind) => Damaged($"the value before byte {Position} is of the type {kind.ToString().ToLowerInvariant()}");

    /// <summary>What is thrown of a file that is damaged.</summary>
    public readonly SessionizeException Damaged(string what) => AvroContainer.Damaged(place, what);

    private void SkipItems(AvroType type, int depth)
    {
        for (int count = BlockCount(); count != 0; count = BlockCount())
        {
            while (count-- > 0)
            {
                if (type.Kind == AvroKind.Map)
                {
                    Bytes();
                }

                Skip(type.Items[0], depth + 1);
            }
        }
    }
}
