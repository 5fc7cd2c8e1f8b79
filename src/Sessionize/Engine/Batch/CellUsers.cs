using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;

namespace Sessionize.Engine.Batch;

/// <summary>The users of cells as all threads know them: in the order of their ids, and the place in it of each thread's users.</summary>
internal sealed unsafe class CellUsers(IReadOnlyList<Spreader> spreaders)
{
    // Ids that are equal in so many times eight bytes are compared as a whole.
    private const int MostLevels = 4;

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

    /// <summary>Asks for what the methods above read of a user, who need not exist.</summary>
    public void Prefetch(int rank)
    {
        if (Sse.IsSupported && rank < Count)
        {
            Sse.Prefetch0((void*)_users[rank]);
        }
    }

    public void Fill(int firstCell, int cells)
    {
        int entries = Collect(firstCell, cells);
        Span<Place> places = _places.AsSpan(0, entries);
        Sort(places, CommonPrefix(entries), MostLevels);
        Count = 0;
        foreach (Place place in places)
        {
            // A user whom several threads met stands here several times, one entry behind the other.
            if (Count == 0 || !AreSame((KeyRecord*)_entries[place.Entry], (KeyRecord*)_users[Count - 1]))
            {
                _users[Count++] = _entries[place.Entry];
            }

            _ranks[place.Entry] = Count - 1;
        }
    }

    private static bool AreSame(KeyRecord* left, KeyRecord* right) =>
        left->SparkHash == right->SparkHash && KeyTable.KeyOf(left).SequenceEqual(KeyTable.KeyOf(right));

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

                    _places[entry].Entry = entry;
                    _entries[entry++] = (nint)record;
                }
            }
        }

        return count;
    }

    /// <summary>Orders entries by their ids: by eight bytes as one number, and where these are equal by what follows them.</summary>
    /// <param name="places">The entries.</param>
    /// <param name="from">How many bytes are equal in all of them.</param>
    /// <param name="levels">How often eight bytes more may be looked at.</param>
    private void Sort(Span<Place> places, int from, int levels)
    {
        foreach (ref Place place in places)
        {
            place.Prefix = EightBytes(KeyOf(place.Entry), from);
        }

        RadixSort.Sort(places, _scratch.AsSpan(0, places.Length));
        for (int start = 0; start < places.Length;)
        {
            int end = start + 1;
            while (end < places.Length && places[end].Prefix == places[start].Prefix)
            {
                end++;
            }

            SortEqual(places[start..end], from + sizeof(ulong), levels - 1);
            start = end;
        }
    }

    private void SortEqual(Span<Place> places, int from, int levels)
    {
        // Mostly one user, as two threads met it.
        if (places.Length == 2)
        {
            if (KeyOf(places[0].Entry).SequenceCompareTo(KeyOf(places[1].Entry)) > 0)
            {
                (places[0], places[1]) = (places[1], places[0]);
            }
        }
        else if (places.Length > 2)
        {
            if (levels > 0)
            {
                Sort(places, from, levels);
            }
            else
            {
                places.Sort((left, right) => KeyOf(left.Entry).SequenceCompareTo(KeyOf(right.Entry)));
            }
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

    /// <summary>Eight bytes, in an order that is that of the bytes; what is missing is below everything, or equal to it.</summary>
    private static ulong EightBytes(ReadOnlySpan<byte> bytes, int from)
    {
        if (bytes.Length - from >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(bytes[from..]);
        }

        ulong value = 0;
        for (int i = from; i < bytes.Length; i++)
        {
            value |= (ulong)bytes[i] << (56 - (8 * (i - from)));
        }

        return value;
    }

    private struct Place : IRadixKey
    {
        public ulong Prefix;
        public int Entry;

        public readonly ulong Key => Prefix;
    }
}
