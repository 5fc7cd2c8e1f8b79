using System.Runtime.InteropServices;

namespace Sessionize.Engine.Batch;

/// <summary>The users of cells as all threads know them: in the order of their ids, and the place in it of each thread's users.</summary>
internal sealed unsafe class CellUsers(IReadOnlyList<Spreader> spreaders)
{
    private readonly List<Entry> _entries = [];
    private readonly List<nint> _users = [];
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
                    _entries.Add(new Entry((nint)spreader.Users.RecordOf(user), _entries.Count));
                }
            }
        }

        if (_ranks.Length < _entries.Count)
        {
            _ranks = new int[Math.Max(_entries.Count, _ranks.Length * 2)];
        }

        Span<Entry> entries = CollectionsMarshal.AsSpan(_entries);
        entries.Sort(static (left, right) => left.Id.SequenceCompareTo(right.Id));
        foreach (Entry entry in entries)
        {
            // A user whom several threads met stands here several times, one entry behind the other.
            if (_users.Count == 0 || !IdOf(_users.Count - 1).SequenceEqual(entry.Id))
            {
                _users.Add(entry.Record);
            }

            _ranks[entry.Index] = _users.Count - 1;
        }
    }

    private readonly record struct Entry(nint Record, int Index)
    {
        public ReadOnlySpan<byte> Id => KeyTable.KeyOf((KeyRecord*)Record);
    }
}
