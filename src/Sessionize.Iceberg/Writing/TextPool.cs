using System.Collections.Concurrent;

namespace Sessionize.Iceberg.Writing;

/// <summary>Page names and end reasons of a commit's rows, each once, as long as they are few. Thread-safe.</summary>
/// <remarks>Rows then hold a number. Beyond the bound, texts stand in the rows: names that hardly ever occur twice would only fill the memory.</remarks>
internal sealed class TextPool
{
    /// <summary>The number of a text that is not in the pool.</summary>
    public const int None = -1;

    private const int MostTexts = 1 << 16;
    private const long MostBytes = 8 << 20;

    private readonly ConcurrentDictionary<byte[], int> _numbers = new(ByteTextComparer.Instance);
    private readonly ConcurrentDictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly Lock _growing = new();
    private readonly List<byte[]> _texts = [];
    private long _bytes;

    public TextPool() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The number of texts.</summary>
    public int Count => _texts.Count;

    /// <summary>A text, when no more are added.</summary>
    public ReadOnlySpan<byte> this[int number] => _texts[number];

    /// <summary>The number of a text, or <see cref="None"/>.</summary>
    public int FindOrAdd(ReadOnlySpan<byte> text)
    {
        if (_lookup.TryGetValue(text, out int number))
        {
            return number;
        }

        lock (_growing)
        {
            if (_lookup.TryGetValue(text, out number))
            {
                return number;
            }

            if (_texts.Count == MostTexts || _bytes + text.Length > MostBytes)
            {
                return None;
            }

            byte[] copy = text.ToArray();
            _texts.Add(copy);
            _bytes += copy.Length;
            number = _texts.Count - 1;
            _numbers[copy] = number;
            return number;
        }
    }
}
