namespace Sessionize.Parquet.Columns;

/// <summary>Numbers the dates on which sessions begin, in the order of the first row that has each. Not thread-safe.</summary>
internal sealed class SessionDates
{
    private const ulong DayMs = 86_400_000;
    private const string Format = "yyyy-MM-dd";

    private static readonly long s_firstMs = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();

    private int[] _numberOf = [];
    private int[] _numbers = [];
    private byte[] _texts = [];
    private int _count;

    /// <summary>The dates.</summary>
    public DateTexts Texts => new(_texts.AsMemory(0, _count * DateTexts.TextBytes));

    /// <summary>Numbers the dates of points of time between the years 1 and 9999, in milliseconds since the Unix epoch.</summary>
    /// <returns>For each row the number of its date; valid until the next call.</returns>
    public ReadOnlySpan<int> Number(ReadOnlySpan<long> startMs)
    {
        if (_numbers.Length < startMs.Length)
        {
            _numbers = GC.AllocateUninitializedArray<int>(startMs.Length);
        }

        long least = startMs[0];
        long greatest = least;
        foreach (long time in startMs)
        {
            least = Math.Min(least, time);
            greatest = Math.Max(greatest, time);
        }

        // A date is found by its distance from the first; all dates that there are make 15 MB.
        int first = Day(least);
        int range = Day(greatest) - first + 1;
        if (_numberOf.Length < range)
        {
            _numberOf = new int[range];
        }

        Array.Clear(_numberOf, 0, range);
        _count = 0;
        for (int i = 0; i < startMs.Length; i++)
        {
            ref int number = ref _numberOf[Day(startMs[i]) - first];
            if (number == 0)
            {
                Add(startMs[i]);
                number = _count;
            }

            _numbers[i] = number - 1;
        }

        return _numbers.AsSpan(0, startMs.Length);
    }

    private static int Day(long time) => (int)((ulong)(time - s_firstMs) / DayMs);

    private void Add(long time)
    {
        int length = _count * DateTexts.TextBytes;
        if (_texts.Length < length + DateTexts.TextBytes)
        {
            Array.Resize(ref _texts, Math.Max(64 * DateTexts.TextBytes, 2 * _texts.Length));
        }

        DateTimeOffset.FromUnixTimeMilliseconds(time).TryFormat(_texts.AsSpan(length), out _, Format, System.Globalization.CultureInfo.InvariantCulture);
        _count++;
    }
}
