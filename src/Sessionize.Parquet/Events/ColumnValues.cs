using System.Runtime.InteropServices;
using Parquet;
using Parquet.File.Values.Primitives;

namespace Sessionize.Parquet.Events;

/// <summary>The values of one column in one row group, by row.</summary>
internal sealed class ColumnValues(EventColumn column)
{
    private const long JulianDayOfEpoch = 2_440_588;
    private const long MillisecondsPerDay = 86_400_000;
    private const long NanosecondsPerMillisecond = 1_000_000;

    // What no decoder has written. A number may happen to be the same, so there are two.
    private static readonly ReadOnlyMemory<byte> s_unset = new byte[1];
    private static readonly long[] s_unsetNumbers = [unchecked((long)0x8BADF00D5EEDCAFE), unchecked((long)0x94B5_7A11_0DD_F00D)];

    private ReadOnlyMemory<byte>[] _texts = [];
    private long[] _numbers = [];
    private int[] _narrow = [];
    private Interval[] _days = [];
    private int[] _levels = [];

    /// <summary>The column.</summary>
    public EventColumn Column => column;

    /// <summary>Whether a row has a value.</summary>
    public bool IsPresent(int row) => column.Levels == 0 || _levels[row] == column.Levels;

    /// <summary>The bytes of a row; empty where it has none.</summary>
    public ReadOnlySpan<byte> Bytes(int row) => _texts[row].Span;

    /// <summary>The number of a row, as it is stored; of 96 bits, the milliseconds since the Unix epoch. 0 where it has none.</summary>
    public long Number(int row) => _numbers[row];

    /// <summary>Reads a row group.</summary>
    /// <exception cref="InvalidDataException">The column is damaged.</exception>
    public async ValueTask ReadAsync(ParquetRowGroupReader group, int rows, CancellationToken cancellationToken)
    {
        if (_levels.Length < rows && column.Levels > 0)
        {
            _levels = new int[rows];
        }

        switch (column.Kind)
        {
            case StoredKind.Text or StoredKind.Uuid:
                Grow(ref _texts, rows);
                await DecodeAsync(_texts, s_unset, s_unset).ConfigureAwait(false);
                Spread(_texts, rows);
                break;
            case StoredKind.Int32 or StoredKind.UInt32:
                Grow(ref _narrow, rows);
                await DecodeAsync(_narrow, (int)s_unsetNumbers[0], (int)s_unsetNumbers[1]).ConfigureAwait(false);
                Spread(_narrow, rows);
                Grow(ref _numbers, rows);
                Widen(rows);
                break;
            case StoredKind.JulianNanoseconds:
                Grow(ref _days, rows);
                await DecodeAsync(_days, new Interval(-1, -1, (int)s_unsetNumbers[0]), new Interval(-2, -2, (int)s_unsetNumbers[1])).ConfigureAwait(false);
                Spread(_days, rows);
                Grow(ref _numbers, rows);
                for (int row = 0; row < rows; row++)
                {
                    _numbers[row] = ToMilliseconds(_days[row]);
                }

                break;
            default:
                Grow(ref _numbers, rows);
                await DecodeAsync(_numbers, s_unsetNumbers[0], s_unsetNumbers[1]).ConfigureAwait(false);
                Spread(_numbers, rows);
                break;
        }

        async ValueTask DecodeAsync<T>(T[] values, T unset, T otherUnset)
            where T : struct
        {
            // The library does not say how many values it found, and a page that holds fewer than it says leaves the last ones as they were.
            foreach (T mark in (T[])[unset, otherUnset])
            {
                values.AsSpan(0, rows).Fill(mark);
                _levels.AsSpan(0, column.Levels > 0 ? rows : 0).Fill(-1);
                await group.ReadRawAsync(
                    column.Field, values.AsMemory(0, rows), column.Levels > 0 ? _levels.AsMemory(0, rows) : (Memory<int>?)null, repetitionLevels: null, cancellationToken).ConfigureAwait(false);
                int present = CountPresent(rows);
                if (present == 0 || !EqualityComparer<T>.Default.Equals(values[present - 1], mark))
                {
                    return;
                }
            }

            throw new InvalidDataException("it has fewer values than it says");
        }
    }

    /// <summary>Milliseconds since the Unix epoch, rounded down; beyond the range of events what does not fit.</summary>
    public long Milliseconds(int row)
    {
        long stored = _numbers[row];
        return column.Kind switch
        {
            StoredKind.Microseconds => FloorDivide(stored, 1000),
            StoredKind.Nanoseconds => FloorDivide(stored, NanosecondsPerMillisecond),
            StoredKind.UInt64 when stored < 0 => long.MaxValue,
            _ => stored,
        };
    }

    private static void Grow<T>(ref T[] values, int rows)
    {
        if (values.Length < rows)
        {
            values = new T[rows];
        }
    }

    private static long FloorDivide(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);

    private static long ToMilliseconds(Interval stored)
    {
        // The library's names of the three numbers; here they are the lower and the upper half of the nanoseconds, and the day.
        long nanoseconds = ((long)stored.Days << 32) | (uint)stored.Months;
        return ((stored.Millis - JulianDayOfEpoch) * MillisecondsPerDay) + FloorDivide(nanoseconds, NanosecondsPerMillisecond);
    }

    private int CountPresent(int rows)
    {
        if (column.Levels == 0)
        {
            return rows;
        }

        ReadOnlySpan<int> levels = _levels.AsSpan(0, rows);
        if (levels.ContainsAnyExceptInRange(0, column.Levels))
        {
            throw new InvalidDataException("it has a definition level that cannot be");
        }

        return levels.Count(column.Levels);
    }

    /// <summary>Moves the values, which lie close together, to their rows.</summary>
    private void Spread<T>(T[] values, int rows)
        where T : struct
    {
        if (column.Levels == 0)
        {
            return;
        }

        int from = CountPresent(rows);
        if (from == rows)
        {
            return;
        }

        for (int row = rows - 1; row >= 0; row--)
        {
            values[row] = IsPresent(row) ? values[--from] : default;
        }
    }

    private void Widen(int rows)
    {
        bool isUnsigned = column.Kind == StoredKind.UInt32;
        for (int row = 0; row < rows; row++)
        {
            _numbers[row] = isUnsigned ? (uint)_narrow[row] : _narrow[row];
        }
    }
}
