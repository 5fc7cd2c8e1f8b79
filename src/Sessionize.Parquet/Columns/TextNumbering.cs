using Sessionize.Parquet.Format;

namespace Sessionize.Parquet.Columns;

/// <summary>The texts that a column has, numbered in the order of their first row; and whether they are worth a dictionary. Not thread-safe.</summary>
/// <remarks>The batch numbers texts already, so none is hashed. But a column has not all of them: its dictionary holds its own only.</remarks>
internal sealed class TextNumbering
{
    private int[] _entryOf = [];
    private int[] _numberOf = [];
    private int[] _sizeOf = [];
    private int[] _lastPage = [];
    private int[] _entries = [];
    private int _valueCount;
    private int _currentPage;
    private long _dictionaryBytes;
    private long _plainBytes;

    /// <summary>The number of different texts.</summary>
    public int Count { get; private set; }

    /// <summary>For each value the number of its text in the column; negative: null.</summary>
    public ReadOnlySpan<int> Entries => _entries.AsSpan(0, _valueCount);

    /// <summary>The number of bits of an entry.</summary>
    public int Width => HybridRuns.WidthOf(Count - 1);

    /// <summary>Numbers a column's texts.</summary>
    /// <param name="texts">All texts.</param>
    /// <param name="numbers">For each value the text's number; negative: null.</param>
    /// <typeparam name="T">The kind of texts.</typeparam>
    public void Number<T>(T texts, ReadOnlySpan<int> numbers)
        where T : struct, ITexts
    {
        Reset(texts.Count, numbers.Length);
        Span<int> entries = _entries.AsSpan(0, numbers.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            int number = numbers[i];
            if (number < 0)
            {
                entries[i] = -1;
                continue;
            }

            int entry = _entryOf[number];
            if (entry < 0)
            {
                entry = Add(number, texts[number].Length);
            }

            entries[i] = entry;
            _plainBytes += _sizeOf[entry];
        }
    }

    /// <summary>Whether a dictionary takes less room than the texts themselves, and not more than a reader will hold.</summary>
    public bool IsWorthDictionary(int mostBytes) =>
        _dictionaryBytes <= mostBytes && _dictionaryBytes + ((long)_valueCount * Width / 8) < _plainBytes;

    /// <summary>The number of an entry among all texts.</summary>
    public int NumberOf(int entry) => _numberOf[entry];

    /// <summary>The bytes of an entry's text as a plain value.</summary>
    public int SizeOf(int entry) => _sizeOf[entry];

    /// <summary>Begins a page: no entry was seen in it.</summary>
    public void BeginPage() => _currentPage++;

    /// <summary>Whether an entry is seen for the first time in its page.</summary>
    public bool IsNewInPage(int entry)
    {
        ref int page = ref _lastPage[entry];
        bool isNew = page != _currentPage;
        page = _currentPage;
        return isNew;
    }

    private int Add(int number, int length)
    {
        if (Count == _numberOf.Length)
        {
            int room = Math.Max(256, 2 * Count);
            Array.Resize(ref _numberOf, room);
            Array.Resize(ref _sizeOf, room);
            Array.Resize(ref _lastPage, room);
        }

        _entryOf[number] = Count;
        _numberOf[Count] = number;
        _sizeOf[Count] = sizeof(int) + length;
        _lastPage[Count] = 0;
        _dictionaryBytes += sizeof(int) + length;
        return Count++;
    }

    private void Reset(int textCount, int valueCount)
    {
        if (_entryOf.Length < textCount)
        {
            _entryOf = GC.AllocateUninitializedArray<int>(textCount);
        }

        if (_entries.Length < valueCount)
        {
            _entries = GC.AllocateUninitializedArray<int>(valueCount);
        }

        _entryOf.AsSpan(0, textCount).Fill(-1);
        _valueCount = valueCount;
        _currentPage = 0;
        _dictionaryBytes = 0;
        _plainBytes = 0;
        Count = 0;
    }
}
