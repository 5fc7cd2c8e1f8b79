using System.Runtime.CompilerServices;

namespace Sessionize.Engine;

/// <summary>Sorts by whole numbers, byte after byte from the last, without comparing: a pass for each byte in which the numbers differ.</summary>
/// <remarks>Stable. Of a sort that compares, most of the time goes into branches that the processor guesses wrong; here there are none.</remarks>
internal static class RadixSort
{
    private const int Bits = 8;
    private const int Digits = 1 << Bits;

    // Below it, the passes over the counters of the digits cost more than comparing.
    private const int LeastItems = 64;

    /// <summary>Sorts items by their keys; those of equal keys stay in their order.</summary>
    /// <param name="items">The items.</param>
    /// <param name="scratch">Memory of the same length.</param>
    /// <typeparam name="T">The kind of items.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sort<T>(Span<T> items, Span<T> scratch)
        where T : unmanaged, IRadixKey
    {
        if (items.Length < LeastItems)
        {
            Insert(items);
            return;
        }

        ulong differing = 0;
        foreach (ref readonly T item in items)
        {
            differing |= item.Key ^ items[0].Key;
        }

        Span<int> places = stackalloc int[Digits];
        Span<T> from = items;
        Span<T> to = scratch;
        for (int shift = 0; shift < sizeof(ulong) * Bits; shift += Bits)
        {
            if ((byte)(differing >> shift) == 0)
            {
                continue;
            }

            Spread(from, to, shift, places);
            Span<T> sorted = to;
            to = from;
            from = sorted;
        }

        if (from != items)
        {
            from.CopyTo(items);
        }
    }

    private static void Spread<T>(ReadOnlySpan<T> from, Span<T> to, int shift, Span<int> places)
        where T : unmanaged, IRadixKey
    {
        places.Clear();
        foreach (ref readonly T item in from)
        {
            places[(byte)(item.Key >> shift)]++;
        }

        int start = 0;
        foreach (ref int place in places)
        {
            (start, place) = (start + place, start);
        }

        foreach (ref readonly T item in from)
        {
            to[places[(byte)(item.Key >> shift)]++] = item;
        }
    }

    private static void Insert<T>(Span<T> items)
        where T : unmanaged, IRadixKey
    {
        for (int i = 1; i < items.Length; i++)
        {
            T item = items[i];
            int place = i;
            for (; place > 0 && items[place - 1].Key > item.Key; place--)
            {
                items[place] = items[place - 1];
            }

            items[place] = item;
        }
    }
}
