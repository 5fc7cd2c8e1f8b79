using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Values of columns by field id, in two arrays: a manifest of 100,000 files has 600,000 of these. Immutable.</summary>
/// <typeparam name="T">The values.</typeparam>
/// <param name="keys">The ids, ascending; may be shared with other maps.</param>
/// <param name="values">The values, in the same order.</param>
internal sealed class FieldMap<T>(int[] keys, T[] values) : IReadOnlyDictionary<int, T>
{
    /// <summary>The ids, ascending.</summary>
    public ReadOnlySpan<int> Ids => keys;

    /// <summary>The values, in the order of the ids.</summary>
    public ReadOnlySpan<T> Items => values;

    /// <inheritdoc/>
    public int Count => keys.Length;

    /// <inheritdoc/>
    public IEnumerable<int> Keys => keys;

    /// <inheritdoc/>
    public IEnumerable<T> Values => values;

    /// <inheritdoc/>
    public T this[int key] => TryGetValue(key, out T? value) ? value : throw new KeyNotFoundException($"There is nothing of the field id {key}.");

    /// <inheritdoc/>
    public bool ContainsKey(int key) => Array.BinarySearch(keys, key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(int key, [MaybeNullWhen(false)] out T value)
    {
        int index = Array.BinarySearch(keys, key);
        value = index < 0 ? default : values[index];
        return index >= 0;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<int, T>> GetEnumerator()
    {
        for (int index = 0; index < keys.Length; index++)
        {
            yield return new KeyValuePair<int, T>(keys[index], values[index]);
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
