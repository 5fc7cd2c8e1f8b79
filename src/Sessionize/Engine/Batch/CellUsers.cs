using System.Buffers.Binary;

namespace Sessionize.Engine.Batch;

/// <summary>The users of cells as all threads know them: in the order of their ids, and the place in it of each thread's users.</summary>
internal sealed unsafe class CellUsers(IReadOnlyList<Spreader> spreaders)
{
    private const int MostInserted = 16;

    private readonly List<nint> _entries = [];
    private readonly List<nint> _users = [];
    private ulong[] _prefixes = [];
    private int[] _order = [];
    private int[] _ranks = [];

    /// <summary>The number of different users.</summary>
    public int Count => _users.Count;

    /// <summary>For each thread's user the place in the order: cell after cell, in it thread after thread, in it the thread's users of the cell.</summary>
    public ReadOnlySpan<int> Ranks => _ranks;

    /// <summary>The id of a user by its place.</summary>
    public ReadOnlySpan<byte> IdOf(int rank) => KeyTable.KeyOf((KeyRecord*)_users[rank]);

    public void Fill(int firstCell, int cells)
    {
        _entries.Clear();
        _users.Clear();
        for (int cell = firstCell; cell < firstCell + cells; cell++)
        {
            foreach (Spreader spreader in spreaders)
            {
                foreach (int user in spreader.UsersOf(cell))
                {
                    _entries.Add((nint)spreader.Users.RecordOf(user));
                }
            }
        }

        Sort();
        foreach (int entry in _order.AsSpan(0, _entries.Count))
        {
            // A user whom several threads met stands here several times, one entry behind the other.
            if (_users.Count == 0 || !IdOf(_users.Count - 1).SequenceEqual(KeyOf(entry)))
            {
                _users.Add(_entries[entry]);
            }

            _ranks[entry] = _users.Count - 1;
        }
    }

    /// <summary>Orders the entries by their ids: by eight bytes as one number, and by all bytes where these are equal.</summary>
    private void Sort()
    {
        int count = _entries.Count;
        if (_ranks.Length < count)
        {
            int capacity = Math.Max(count, _ranks.Length * 2);
            (_ranks, _order, _prefixes) = (new int[capacity], new int[capacity], new ulong[capacity]);
        }

        int common = CommonPrefix();
        for (int i = 0; i < count; i++)
        {
            _order[i] = i;
            _prefixes[i] = EightBytes(KeyOf(i)[common..]);
        }

        Array.Sort(_prefixes, _order, 0, count);
        for (int start = 0; start < count;)
        {
            int end = start + 1;
            while (end < count && _prefixes[end] == _prefixes[start])
            {
                end++;
            }

            SortById(_order.AsSpan(start, end - start));
            start = end;
        }
    }

    /// <summary>Orders entries of equal numbers: mostly a user as two threads met it, and few where ids are long.</summary>
    private void SortById(Span<int> entries)
    {
        if (entries.Length > MostInserted)
        {
            entries.Sort((left, right) => KeyOf(left).SequenceCompareTo(KeyOf(right)));
            return;
        }

        for (int i = 1; i < entries.Length; i++)
        {
            int entry = entries[i];
            int place = i;
            for (; place > 0 && KeyOf(entry).SequenceCompareTo(KeyOf(entries[place - 1])) < 0; place--)
            {
                entries[place] = entries[place - 1];
            }

            entries[place] = entry;
        }
    }

    /// <summary>How many bytes all ids begin with: ids of a system mostly begin alike, and tell nothing there.</summary>
    private int CommonPrefix()
    {
        if (_entries.Count == 0)
        {
            return 0;
        }

        int common = KeyOf(0).Length;
        for (int i = 1; i < _entries.Count && common > 0; i++)
        {
            common = KeyOf(0)[..common].CommonPrefixLength(KeyOf(i));
        }

        return common;
    }

    private ReadOnlySpan<byte> KeyOf(int entry) => KeyTable.KeyOf((KeyRecord*)_entries[entry]);

    /// <summary>The first eight bytes, in an order that is that of the bytes; what is missing is below everything, or equal to it.</summary>
    private static ulong EightBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(bytes);
        }

        ulong value = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            value |= (ulong)bytes[i] << (56 - (8 * i));
        }

        return value;
    }
}
