using Sessionize.Parquet.Format;

namespace Sessionize.Parquet.Columns;

/// <summary>Writes the levels at the beginning of a page, which say what is null and where a list begins. Not thread-safe.</summary>
internal sealed class LevelWriter
{
    private int[] _definition = [];
    private int[] _repetition = [];

    /// <summary>Levels of a column in which nothing is null.</summary>
    public static void WriteAllDefined(ByteBuffer page, int greatest, int count)
    {
        if (greatest > 0)
        {
            int start = BeginLevels(page);
            HybridRuns.WriteRun(page, greatest, count, HybridRuns.WidthOf(greatest));
            EndLevels(page, start);
        }
    }

    /// <summary>Levels of a column in which a negative number stands for null.</summary>
    public void WriteNullable(ByteBuffer page, ReadOnlySpan<int> numbers)
    {
        Span<int> levels = Room(ref _definition, numbers.Length);
        for (int i = 0; i < numbers.Length; i++)
        {
            levels[i] = numbers[i] < 0 ? 0 : 1;
        }

        WriteLevels(page, levels, greatest: 1);
    }

    /// <summary>Levels of lists, none of which is null.</summary>
    /// <param name="page">The page.</param>
    /// <param name="ends">For each row where its list ends.</param>
    /// <param name="first">Where the first list begins.</param>
    /// <param name="defined">The definition level of a value.</param>
    /// <param name="empty">The definition level of an empty list.</param>
    /// <returns>The number of empty lists.</returns>
    public int WriteLists(ByteBuffer page, ReadOnlySpan<int> ends, int first, int defined, int empty)
    {
        // An empty list takes one place.
        int most = ends[^1] - first + ends.Length;
        Span<int> repetition = Room(ref _repetition, most);
        Span<int> definition = Room(ref _definition, most);
        repetition.Fill(1);
        definition.Fill(defined);
        int at = 0;
        int emptyCount = 0;
        foreach (int end in ends)
        {
            repetition[at] = 0;
            if (end == first)
            {
                definition[at++] = empty;
                emptyCount++;
            }

            at += end - first;
            first = end;
        }

        WriteLevels(page, repetition[..at], greatest: 1);
        if (emptyCount > 0)
        {
            WriteLevels(page, definition[..at], defined);
        }
        else
        {
            WriteAllDefined(page, defined, at);
        }

        return emptyCount;
    }

    private static void WriteLevels(ByteBuffer page, ReadOnlySpan<int> levels, int greatest)
    {
        int start = BeginLevels(page);
        HybridRuns.Write(page, levels, HybridRuns.WidthOf(greatest));
        EndLevels(page, start);
    }

    private static int BeginLevels(ByteBuffer page)
    {
        page.WriteInt32(0);
        return page.Length;
    }

    private static void EndLevels(ByteBuffer page, int start) => page.SetInt32(start - sizeof(int), page.Length - start);

    private static Span<int> Room(ref int[] array, int count)
    {
        if (array.Length < count)
        {
            array = GC.AllocateUninitializedArray<int>(Math.Max(count, 2 * array.Length));
        }

        return array.AsSpan(0, count);
    }
}
