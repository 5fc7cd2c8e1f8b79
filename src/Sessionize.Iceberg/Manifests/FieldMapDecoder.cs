namespace Sessionize.Iceberg.Manifests;

/// <summary>Decodes maps of columns' values. Files of a table mostly have the same columns, so maps share their keys.</summary>
internal sealed class FieldMapDecoder
{
    private int[] _keys = new int[32];
    private long[] _numbers = new long[32];
    private byte[][] _bytes = new byte[32][];
    private int[] _known = [];

    /// <summary>Decodes a map to numbers, or null.</summary>
    public FieldMap<long>? ReadNumbers(ref AvroDecoder block, AvroType type) =>
        ReadMap(ref block, type, ref _numbers, static (ref place, value) => place.OptionalLong(value) ?? throw place.Damaged("a map has a value that is null"));

    /// <summary>Decodes a map to bytes, or null.</summary>
    public FieldMap<byte[]>? ReadBytes(ref AvroDecoder block, AvroType type) =>
        ReadMap(ref block, type, ref _bytes, static (ref place, value) => place.OptionalBytes(value) ?? throw place.Damaged("a map has a value that is null"));

    /// <summary>Decodes a list of numbers, or null.</summary>
    public long[]? ReadList(ref AvroDecoder block, AvroType type)
    {
        if (Begin(ref block, type, null) is not { } item)
        {
            return null;
        }

        int length = 0;
        for (int count = block.BlockCount(); count != 0; count = block.BlockCount())
        {
            while (count-- > 0)
            {
                Reserve(ref _numbers, length);
                _numbers[length++] = block.OptionalLong(item) ?? throw block.Damaged("a list has an item that is null");
            }
        }

        return _numbers[..length];
    }

    private FieldMap<T>? ReadMap<T>(ref AvroDecoder block, AvroType type, ref T[] buffer, AvroValueReader<T> read)
    {
        if (Begin(ref block, type, AvroKind.Record) is not { } pair)
        {
            return null;
        }

        AvroType keyType = pair.Fields[0].Type;
        AvroType valueType = pair.Fields[1].Type;
        int length = 0;
        for (int count = block.BlockCount(); count != 0; count = block.BlockCount())
        {
            while (count-- > 0)
            {
                Reserve(ref _keys, length);
                Reserve(ref buffer, length);
                _keys[length] = block.OptionalInt(keyType) ?? throw block.Damaged("a map has a key that is null");
                buffer[length++] = read(ref block, valueType);
            }
        }

        T[] values = buffer[..length];
        return new FieldMap<T>(SortedKeys(values, ref block), values);
    }

    private static AvroType? Begin(ref AvroDecoder block, AvroType type, AvroKind? items)
    {
        AvroType branch = block.Branch(type);
        return branch.Kind switch
        {
            AvroKind.Null => null,
            AvroKind.Array when items is null || (branch.Items[0].Kind == items && branch.Items[0].Fields.Count == 2) => branch.Items[0],
            _ => throw block.Unexpected(branch.Kind),
        };
    }

    private int[] SortedKeys<T>(T[] values, ref AvroDecoder block)
    {
        Span<int> keys = _keys.AsSpan(0, values.Length);
        if (keys.SequenceEqual(_known))
        {
            return _known;
        }

        int[] own = keys.ToArray();
        for (int index = 1; index < own.Length; index++)
        {
            if (own[index] <= own[index - 1])
            {
                Array.Sort(own, values);
                break;
            }
        }

        for (int index = 1; index < own.Length; index++)
        {
            if (own[index] == own[index - 1])
            {
                throw block.Damaged($"a map has the key {own[index]} more than once");
            }
        }

        // Only keys that came in order may be shared: values of others are sorted with their keys.
        if (keys.SequenceEqual(own))
        {
            _known = own;
        }

        return own;
    }

    private static void Reserve<T>(ref T[] array, int length)
    {
        if (length == array.Length)
        {
            Array.Resize(ref array, length * 2);
        }
    }
}
