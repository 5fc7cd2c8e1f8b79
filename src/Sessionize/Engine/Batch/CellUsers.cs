using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;

namespace Sessionize.Engine.Batch;

/// <summary>The users of cells as all threads know them: in the order of their ids, and the place in it of each thread's users.</summary>
internal sealed unsafe class CellUsers(IReadOnlyList<Spreader> spreaders)
{
    private const int MostInserted = 16;

    // A prefix has so many bytes of the id, and then a byte that says how many of them there are.
    private const int PrefixBytes = sizeof(ulong) - 1;
    private const int LengthMask = 0xFF;

    private nint[] _entries = [];
    private Place[] _places = [];
    private Place[] _scratch = [];
    private int[] _ranks = [];
    private nint[] _users = [];

    /// <summary>The number of different users.</summary>
    public int Count { get; private set; }

    /// <summary>For each thread's user the place in the order: cell after cell, in it thread after thread, in it the thread's users of the cell.</summary>
    public ReadOnlySpan<int> Ranks => _ranks;

    /// <summary>The id of a user by its place.</summary>
    public ReadOnlySpan<byte> IdOf(int rank) => KeyTable.KeyOf((KeyRecord*)_users[rank]);

    /// <summary>Spark's hash of the id of a user by its place.</summary>
    public int SparkHashOf(int rank) => ((KeyRecord*)_users[rank])->SparkHash;

    public void Fill(int firstCell, int cells)
    {
        int entries = Collect(firstCell, cells);
        Sort(entries);
        Count = 0;
        ulong last = 0;
        foreach (Place place in _places.AsSpan(0, entries))
        {
            // A user whom several threads met stands here several times, one entry behind the other.
            bool isSame = Count > 0 && place.Prefix == last
                && (IsWhole(last) || KeyOf(place.Entry).SequenceEqual(IdOf(Count - 1)));
            if (!isSame)
            {
                _users[Count++] = _entries[place.Entry];
                last = place.Prefix;
            }

            _ranks[place.Entry] = Count - 1;
        }
    }

    /// <summary>Finds all threads' users.</summary>
    /// <returns>Their number.</returns>
    private int Collect(int firstCell, int cells)
    {
        int count = 0;
        for (int cell = firstCell; cell < firstCell + cells; cell++)
        {
            foreach (Spreader spreader in spreaders)
            {
                count += spreader.UsersOf(cell).Count;
            }
        }

        if (_entries.Length < count)
        {
            int capacity = Math.Max(count, _entries.Length * 2);
            (_entries, _users, _ranks) = (new nint[capacity], new nint[capacity], new int[capacity]);
            (_places, _scratch) = (new Place[capacity], new Place[capacity]);
        }

        int entry = 0;
        for (int cell = firstCell; cell < firstCell + cells; cell++)
        {
            foreach (Spreader spreader in spreaders)
            {
                foreach (int user in spreader.UsersOf(cell))
                {
                    KeyRecord* record = spreader.Users.RecordOf(user);
                    if (Sse.IsSupported)
                    {
                        // They lie far apart; so all are asked for before the first is waited for.
                        Sse.Prefetch0(record);
                    }

                    _entries[entry++] = (nint)record;
                }
            }
        }

        return count;
    }

    /// <summary>Orders the entries by their ids: by their first bytes as one number, and by all bytes where these are equal and not the whole id.</summary>
    private void Sort(int count)
    {
        int common = CommonPrefix(count);
        Span<Place> places = _places.AsSpan(0, count);
        for (int entry = 0; entry < count; entry++)
        {
            places[entry] = new Place(PrefixOf(KeyOf(entry)[common..]), entry);
        }

        RadixSort.Sort(places, _scratch.AsSpan(0, count));
        for (int start = 0; start < count;)
        {
            int end = start + 1;
            while (end < count && places[end].Prefix == places[start].Prefix)
            {
                end++;
            }

            if (end - start > 1 && !IsWhole(places[start].Prefix))
            {
                SortById(places[start..end]);
            }

            start = end;
        }
    }

    /// <summary>Orders entries of equal numbers: mostly a user as two threads met it, and few where ids are long.</summary>
    private void SortById(Span<Place> places)
    {
        if (places.Length > MostInserted)
        {
            places.Sort((left, right) => KeyOf(left.Entry).SequenceCompareTo(KeyOf(right.Entry)));
            return;
        }

        for (int i = 1; i < places.Length; i++)
        {
            Place moved = places[i];
            int place = i;
            for (; place > 0 && KeyOf(moved.Entry).SequenceCompareTo(KeyOf(places[place - 1].Entry)) < 0; place--)
            {
                places[place] = places[place - 1];
            }

            places[place] = moved;
        }
    }

    /// <summary>How many bytes all ids begin with: ids of a system mostly begin alike, and tell nothing there.</summary>
    private int CommonPrefix(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        int common = KeyOf(0).Length;
        for (int entry = 1; entry < count && common > 0; entry++)
        {
            common = KeyOf(0)[..common].CommonPrefixLength(KeyOf(entry));
        }

        return common;
    }

    private ReadOnlySpan<byte> KeyOf(int entry) => KeyTable.KeyOf((KeyRecord*)_entries[entry]);

    /// <summary>
    /// The first bytes as a number whose order is theirs. What is missing counts as zero, and the last byte tells a shorter id from one that
    /// goes on with zeros; so equal numbers are equal ids, unless the ids go on.
    /// </summary>
    private static ulong PrefixOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > PrefixBytes)
        {
            return BinaryPrimitives.ReadUInt64BigEndian(bytes) | LengthMask;
        }

        ulong value = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            value |= (ulong)bytes[i] << (56 - (8 * i));
        }

        return value | (uint)bytes.Length;
    }

    /// <summary>Whether a number stands for the whole rest of an id.</summary>
    private static bool IsWhole(ulong prefix) => (prefix & LengthMask) != LengthMask;

    private readonly record struct Place(ulong Prefix, int Entry) : IRadixKey
    {
        public ulong Key => Prefix;
    }
}
