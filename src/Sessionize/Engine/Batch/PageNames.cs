namespace Sessionize.Engine.Batch;

/// <summary>The page names of all threads under numbers that all threads share.</summary>
internal sealed unsafe class PageNames
{
    private readonly KeyTable _names;
    private readonly int[]?[] _numbers;

    public PageNames(IReadOnlyList<Spreader> spreaders)
    {
        // The largest table keeps its numbers.
        int largest = Enumerable.Range(0, spreaders.Count).MaxBy(thread => spreaders[thread].Pages.Count);
        _names = spreaders[largest].Pages;
        _numbers = new int[]?[spreaders.Count];
        for (int thread = 0; thread < spreaders.Count; thread++)
        {
            if (thread == largest)
            {
                continue;
            }

            KeyTable pages = spreaders[thread].Pages;
            int[] numbers = new int[pages.Count];
            for (int page = 0; page < numbers.Length; page++)
            {
                KeyRecord* record = pages.RecordOf(page);
                fixed (byte* name = KeyTable.KeyOf(record))
                {
                    numbers[page] = _names.FindOrAdd(KeyTable.Hash(name, record->Length), name, record->Length, out _)->Number;
                }
            }

            _numbers[thread] = numbers;
        }
    }

    public ReadOnlySpan<byte> this[int page] => _names[page];

    /// <summary>The shared numbers of a thread's pages, or <see langword="null"/> when they are the thread's own.</summary>
    public int[]? NumbersOf(int thread) => _numbers[thread];
}
