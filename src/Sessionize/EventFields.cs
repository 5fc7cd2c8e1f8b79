using System.Collections;

namespace Sessionize;

/// <summary>The set of fields that a rule declares to read.</summary>
/// <remarks>Immutable, and safe for use by several threads. One field converts by itself; several are joined with <c>|</c>.</remarks>
public sealed class EventFields : IReadOnlyList<EventField>
{
    private readonly EventField[] _fields;

    private EventFields(EventField[] fields) => _fields = fields;

    /// <summary>No fields: the rule reads times, counts and nothing else.</summary>
    public static EventFields None { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _fields.Length;

    /// <inheritdoc/>
    public EventField this[int index] => _fields[index];

    /// <summary>Makes a set of one field.</summary>
    /// <param name="field">The field.</param>
    public static implicit operator EventFields(EventField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new([field]);
    }

    /// <summary>Joins two sets.</summary>
    /// <param name="left">A set.</param>
    /// <param name="right">Another set.</param>
    /// <returns>The fields of both, without repeats, those of <paramref name="left"/> first.</returns>
    public static EventFields operator |(EventFields left, EventFields right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return Of([.. left, .. right]);
    }

    /// <summary>Makes a set of fields.</summary>
    /// <param name="fields">The fields; repeats are dropped.</param>
    /// <returns>The set.</returns>
    public static EventFields Of(params IEnumerable<EventField> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return new([.. fields.Distinct()]);
    }

    /// <summary>The slot of a field, or -1.</summary>
    internal int IndexOf(EventField field) => Array.IndexOf(_fields, field);

    /// <inheritdoc/>
    public IEnumerator<EventField> GetEnumerator() => ((IEnumerable<EventField>)_fields).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
