namespace Sessionize.Parquet.Events;

/// <summary>Which fields a struct has, and of which types.</summary>
internal sealed class ThriftShape
{
    private readonly Dictionary<short, ThriftField> _fields = [];

    /// <summary>The field of an id; <see langword="null"/> where it is not known.</summary>
    public ThriftField? Find(short id) => _fields.GetValueOrDefault(id);

    public ThriftShape I32(params ReadOnlySpan<short> ids) => Add(ids, new ThriftField(ThriftType.I32));

    public ThriftShape I64(params ReadOnlySpan<short> ids) => Add(ids, new ThriftField(ThriftType.I64));

    public ThriftShape Binary(params ReadOnlySpan<short> ids) => Add(ids, new ThriftField(ThriftType.Binary));

    public ThriftShape Flag(params ReadOnlySpan<short> ids) => Add(ids, new ThriftField(ThriftType.True));

    public ThriftShape Of(ThriftType type, params ReadOnlySpan<short> ids) => Add(ids, new ThriftField(type));

    public ThriftShape Struct(ThriftShape shape, params ReadOnlySpan<short> ids) => Add(ids, new ThriftField(ThriftType.Struct) { Shape = shape });

    public ThriftShape List(ThriftType element, params ReadOnlySpan<short> ids) => Add(ids, new ThriftField(ThriftType.List) { Element = new ThriftField(element) });

    public ThriftShape List(ThriftShape element, params ReadOnlySpan<short> ids) =>
        Add(ids, new ThriftField(ThriftType.List) { Element = new ThriftField(ThriftType.Struct) { Shape = element } });

    private ThriftShape Add(ReadOnlySpan<short> ids, ThriftField field)
    {
        foreach (short id in ids)
        {
            _fields.Add(id, field);
        }

        return this;
    }
}
