using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Sessionize;

/// <summary>Computed columns of a session beyond the fixed ones, by name and type.</summary>
/// <remarks>Immutable, and safe for use by several threads. Equal when names and values are equal.</remarks>
public sealed class SessionAttributes : IEquatable<SessionAttributes>
{
    private readonly FrozenDictionary<string, object> _values;

    /// <summary>Creates attributes from names and values.</summary>
    /// <param name="values">The values by name.</param>
    public SessionAttributes(IEnumerable<KeyValuePair<string, object>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _values = values.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>No attributes.</summary>
    public static SessionAttributes Empty { get; } = new([]);

    /// <summary>The number of attributes.</summary>
    public int Count => _values.Count;

    /// <summary>Gets a value by name.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="name">The name; case counts.</param>
    /// <param name="value">The value, when there is one of this name and type.</param>
    /// <returns>Whether there is a value of this name and type.</returns>
    public bool TryGet<T>(string name, [MaybeNullWhen(false)] out T value)
    {
        if (_values.TryGetValue(name, out object? found) && found is T typed)
        {
            value = typed;
            return true;
        }

        value = default;
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(SessionAttributes? other) =>
        other is not null && _values.Count == other._values.Count
        && _values.All(pair => other._values.TryGetValue(pair.Key, out object? value) && pair.Value.Equals(value));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SessionAttributes);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Count;
}
