using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Sessionize.Engine;

/// <summary>Texts as UTF-8 bytes, each once, counted by reference, named by small numbers that stay the same while the text is referred to.</summary>
/// <remarks>Not thread-safe: a table belongs to one lane. No string and no object a text.</remarks>
internal sealed class TextTable : IEventTexts
{
    /// <summary>The id of no text; sorts before every text.</summary>
    public const int None = -1;

    private const int ChunkBytes = 64 * 1024;

    private static readonly long s_seed = Random.Shared.NextInt64();

    private int[] _buckets = new int[16];
    private Entry[] _entries = new Entry[16];
    private int _used;
    private int _free = -1;

    private List<byte[]> _chunks = [];
    private int _chunkUsed = ChunkBytes;
    private long _storedBytes;
    private long _liveBytes;

    /// <summary>The number of texts.</summary>
    public int Count { get; private set; }

    /// <summary>One above the largest id in use: the size of arrays beside the table.</summary>
    public int Capacity => _used;

    /// <summary>The bytes of a text.</summary>
    public ReadOnlySpan<byte> this[int id]
    {
        get
        {
            if (id == None)
            {
                return default;
            }

            ref readonly Entry entry = ref _entries[id];
            Debug.Assert(entry.References > 0, "A text is read that nobody refers to.");
            return _chunks[entry.Chunk].AsSpan(entry.Offset, entry.Length);
        }
    }

    public Utf8Text PageNameOf(scoped in RetainedEvent e) => View(e.PageName);

    public Utf8Text EventIdOf(scoped in RetainedEvent e) => View(e.EventId);

    public ReadOnlySpan<byte> FieldsOf(scoped in RetainedEvent e) => this[e.Fields];

    /// <summary>Compares by bytes; none comes first.</summary>
    public int Compare(int left, int right)
    {
        if (left == right)
        {
            return 0;
        }

        return left == None ? -1 : right == None ? 1 : this[left].SequenceCompareTo(this[right]);
    }

    /// <summary>Finds a text, or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<byte> text)
    {
        int hash = Hash(text);
        for (int id = _buckets[hash & (_buckets.Length - 1)] - 1; id >= 0; id = _entries[id].Next)
        {
            if (_entries[id].Hash == hash && this[id].SequenceEqual(text))
            {
                return id;
            }
        }

        return None;
    }

    /// <summary>Refers to a text once more, adding it when it is new.</summary>
    public int Add(ReadOnlySpan<byte> text)
    {
        int id = Find(text);
        if (id != None)
        {
            _entries[id].References++;
            return id;
        }

        if (_free >= 0)
        {
            id = _free;
            _free = _entries[id].Next;
        }
        else
        {
            if (_used == _entries.Length)
            {
                Grow();
            }

            id = _used++;
        }

        int hash = Hash(text);
        ref int bucket = ref _buckets[hash & (_buckets.Length - 1)];
        (int chunk, int offset) = Store(text);
        _entries[id] = new Entry { Hash = hash, Next = bucket - 1, References = 1, Chunk = chunk, Offset = offset, Length = text.Length };
        bucket = id + 1;
        Count++;
        _liveBytes += text.Length;
        return id;
    }

    /// <summary>Refers once more to a text that is there; what is not in the table is passed over.</summary>
    public void AddReference(int id)
    {
        if (id > None)
        {
            _entries[id].References++;
        }
    }

    /// <summary>Refers to a text once less; the last reference frees the id. What is not in the table is passed over.</summary>
    public void Release(int id)
    {
        if (id <= None || --_entries[id].References > 0)
        {
            return;
        }

        ref Entry entry = ref _entries[id];
        Debug.Assert(entry.References == 0, "A text is released more often than it was referred to.");
        ref int bucket = ref _buckets[entry.Hash & (_buckets.Length - 1)];
        if (bucket - 1 == id)
        {
            bucket = entry.Next + 1;
        }
        else
        {
            int before = bucket - 1;
            while (_entries[before].Next != id)
            {
                before = _entries[before].Next;
            }

            _entries[before].Next = entry.Next;
        }

        _liveBytes -= entry.Length;
        entry.Next = _free;
        _free = id;
        Count--;
        if (_storedBytes > 2 * _liveBytes + 4 * ChunkBytes)
        {
            Compact();
        }
    }

    /// <summary>Empties the table; memory for a few texts stays.</summary>
    public void Clear()
    {
        Array.Clear(_buckets);
        (_used, _free, Count) = (0, -1, 0);
        (_storedBytes, _liveBytes) = (0, 0);
        if (_chunks.Count > 0 && _chunks[0].Length == ChunkBytes)
        {
            _chunks.RemoveRange(1, _chunks.Count - 1);
            _chunkUsed = 0;
        }
        else
        {
            _chunks.Clear();
            _chunkUsed = ChunkBytes;
        }
    }

    private Utf8Text View(int id) => id == None ? default : new Utf8Text(this[id]);

    private static int Hash(ReadOnlySpan<byte> text) => (int)XxHash3.HashToUInt64(text, s_seed);

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _buckets = new int[_entries.Length];
        for (int id = 0; id < _used; id++)
        {
            if (_entries[id].References > 0)
            {
                ref int bucket = ref _buckets[_entries[id].Hash & (_buckets.Length - 1)];
                _entries[id].Next = bucket - 1;
                bucket = id + 1;
            }
        }
    }

    private (int Chunk, int Offset) Store(ReadOnlySpan<byte> text)
    {
        _storedBytes += text.Length;
        if (text.Length > ChunkBytes / 4)
        {
            // A long text gets a chunk of its own; the one that was being filled is not gone on with.
            _chunks.Add(text.ToArray());
            _chunkUsed = ChunkBytes;
            return (_chunks.Count - 1, 0);
        }

        if (_chunkUsed + text.Length > ChunkBytes)
        {
            _chunks.Add(new byte[ChunkBytes]);
            _chunkUsed = 0;
        }

        int offset = _chunkUsed;
        text.CopyTo(_chunks[^1].AsSpan(offset));
        _chunkUsed += text.Length;
        return (_chunks.Count - 1, offset);
    }

    private void Compact()
    {
        List<byte[]> old = _chunks;
        _chunks = [];
        _chunkUsed = ChunkBytes;
        _storedBytes = 0;
        foreach (ref Entry entry in _entries.AsSpan(0, _used))
        {
            if (entry.References > 0)
            {
                (entry.Chunk, entry.Offset) = Store(old[entry.Chunk].AsSpan(entry.Offset, entry.Length));
            }
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Entry
    {
        public int Hash;
        public int Next;
        public int References;
        public int Chunk;
        public int Offset;
        public int Length;
    }
}
