namespace Sessionize.Parquet.Events;

/// <summary>A field of a struct, or an element of a list.</summary>
/// <param name="Type">Its type; <see cref="ThriftType.True"/> stands for both truths.</param>
internal sealed record ThriftField(ThriftType Type)
{
    /// <summary>The fields, of a struct.</summary>
    public ThriftShape? Shape { get; init; }

    /// <summary>The elements, of a list.</summary>
    public ThriftField? Element { get; init; }
}
