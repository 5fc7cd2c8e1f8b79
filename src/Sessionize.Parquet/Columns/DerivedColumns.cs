namespace Sessionize.Parquet.Columns;

/// <summary>Computes the columns that a batch does not hold, in memory that it keeps from one batch to the next. Not thread-safe.</summary>
/// <remarks>A result is valid until the same column, or another of its type, is asked for again.</remarks>
internal sealed class DerivedColumns
{
    private const long MicrosecondsPerMillisecond = 1000;
    private const double MillisecondsPerSecond = 1000;

    private long[] _microseconds = [];
    private double[] _seconds = [];
    private bool[] _isBounce = [];

    /// <summary>Points of time in microseconds.</summary>
    public ReadOnlySpan<long> Microseconds(ReadOnlySpan<long> milliseconds)
    {
        Span<long> result = Room(ref _microseconds, milliseconds.Length);
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = milliseconds[i] * MicrosecondsPerMillisecond;
        }

        return result;
    }

    /// <summary>The lengths of sessions in seconds.</summary>
    public ReadOnlySpan<double> DurationSeconds(SessionBatch rows)
    {
        Span<double> result = Room(ref _seconds, rows.Count);
        ReadOnlySpan<long> starts = rows.StartMs;
        ReadOnlySpan<long> ends = rows.EndMs;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (ends[i] - starts[i]) / MillisecondsPerSecond;
        }

        return result;
    }

    /// <summary>Whether sessions have a single event.</summary>
    public ReadOnlySpan<bool> IsBounce(SessionBatch rows)
    {
        Span<bool> result = Room(ref _isBounce, rows.Count);
        ReadOnlySpan<long> counts = rows.EventCount;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = counts[i] == 1;
        }

        return result;
    }

    /// <summary>The beginning of an array that is as long as is needed; what it held is lost.</summary>
    public static Span<T> Room<T>(ref T[] array, int count)
    {
        if (array.Length < count)
        {
            array = GC.AllocateUninitializedArray<T>(count);
        }

        return array.AsSpan(0, count);
    }
}
