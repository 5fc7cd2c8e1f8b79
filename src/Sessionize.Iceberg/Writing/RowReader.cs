namespace Sessionize.Iceberg.Writing;

/// <summary>Puts rows that <see cref="RowWriter"/> wrote into batches again. Not thread-safe.</summary>
internal sealed class RowReader(TextPool texts)
{
    private readonly Dictionary<byte[], int> _otherPages = new(ByteTextComparer.Instance);
    private int[] _pageOf = [];
    private int[] _generationOf = [];
    private int _generation;
    private byte[] _id = [];

    /// <summary>The batch that takes the rows.</summary>
    public SessionBatch Target { get; private set; } = new();

    /// <summary>Begins a batch.</summary>
    /// <param name="target">Takes the rows; empty.</param>
    public void Begin(SessionBatch target)
    {
        Target = target;
        _otherPages.Clear();
        _generation++;
        if (_pageOf.Length < texts.Count)
        {
            _pageOf = new int[texts.Count];
            _generationOf = new int[texts.Count];
            _generation = 1;
        }
    }

    /// <summary>Adds a row to the batch.</summary>
    public void Add(ReadOnlySpan<byte> row)
    {
        ByteCursor cursor = new(row);
        ReadOnlySpan<byte> user = cursor.Read((int)cursor.ReadVarint());
        if (Target.UserCount == 0 || !Target.User(Target.UserCount - 1).SequenceEqual(user))
        {
            Target.AddUser(user);
        }

        ulong idLength = cursor.ReadVarint();
        ReadOnlySpan<byte> id = cursor.Read((int)(idLength >> 1));
        if ((idLength & 1) != 0)
        {
            id = Join(user, id);
        }

        long start = cursor.ReadNumber();
        long end = unchecked(start + cursor.ReadNumber());
        long visitStart = unchecked(start + cursor.ReadNumber());
        long eventCount = cursor.ReadNumber();
        long pageViewCount = cursor.ReadNumber();
        int sessionIndex = (int)cursor.ReadNumber();
        int revision = (int)cursor.ReadNumber();
        int bucket = (int)cursor.ReadNumber();
        ReadOnlySpan<byte> reason = ReadPooled(ref cursor);
        int entryPage = ReadPage(ref cursor);
        int exitPage = ReadPage(ref cursor);
        for (ulong pages = cursor.ReadVarint(); pages > 0; pages--)
        {
            Target.AddPageVisited(ReadPageNumber(ref cursor));
        }

        Target.AddRow(start, end, eventCount, pageViewCount, visitStart, entryPage, exitPage, sessionIndex, revision, bucket, reason, id);
    }

    private ReadOnlySpan<byte> Join(ReadOnlySpan<byte> user, ReadOnlySpan<byte> rest)
    {
        int length = user.Length + rest.Length;
        if (_id.Length < length)
        {
            _id = new byte[2 * length];
        }

        user.CopyTo(_id);
        rest.CopyTo(_id.AsSpan(user.Length));
        return _id.AsSpan(0, length);
    }

    private ReadOnlySpan<byte> ReadPooled(ref ByteCursor cursor)
    {
        ulong head = cursor.ReadVarint();
        return (head & 1) != 0 ? texts[(int)(head >> 1)] : cursor.Read((int)(head >> 1));
    }

    private int ReadPage(ref ByteCursor cursor) => cursor.ReadVarint() == 0 ? SessionBatch.NoPage : ReadPageNumber(ref cursor);

    private int ReadPageNumber(ref ByteCursor cursor)
    {
        ulong head = cursor.ReadVarint();
        if ((head & 1) != 0)
        {
            int number = (int)(head >> 1);
            if (_generationOf[number] != _generation)
            {
                _generationOf[number] = _generation;
                _pageOf[number] = Target.AddPage(texts[number]);
            }

            return _pageOf[number];
        }

        ReadOnlySpan<byte> page = cursor.Read((int)(head >> 1));
        Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> lookup = _otherPages.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(page, out int found))
        {
            found = Target.AddPage(page);
            lookup[page] = found;
        }

        return found;
    }
}
