namespace Sessionize.Engine;

/// <summary>Bounded input in memory: events by user, then one scan a user. Not thread-safe.</summary>
internal sealed class BatchEngine(PipelinePlan plan)
{
    private readonly TextTable _users = new();
    private readonly TextTable _texts = new();
    private readonly List<UserEvents> _events = [];
    private EventReader? _reader;

    public long Events { get; private set; }

    public int Users => _users.Count;

    public long? HighestEventMs { get; private set; }

    /// <summary>Takes a good event.</summary>
    public void Take(EventBatch batch, int row, int partition)
    {
        _reader ??= new EventReader(_texts);
        ReadOnlySpan<byte> userId = batch.UserId(row);
        int user = _users.Find(userId);
        if (user == TextTable.None)
        {
            user = _users.Add(userId);
            _events.Add(new UserEvents());
        }

        _events[user].Add(_reader.Read(batch, row, partition));
        long t = batch.TimestampMs(row);
        HighestEventMs = Math.Max(HighestEventMs ?? t, t);
        Events++;
    }

    /// <summary>Cuts all users' events, by user in the order of the ids' bytes, then by time.</summary>
    /// <param name="endTimeMs">T of semantics section 2; not below the highest event time.</param>
    /// <param name="sourceOf">Names a source partition by its rank, for a rule that throws.</param>
    public IEnumerable<Session> Cut(long endTimeMs, Func<int, string> sourceOf)
    {
        SessionRows rows = new(plan, _texts);
        int[] users = [.. Enumerable.Range(0, _users.Count)];
        Array.Sort(users, _users.Compare);
        foreach (int user in users)
        {
            UserEvents events = _events[user];
            events.Sort(_texts);
            VisitState state = default;
            for (int start = 0; start < events.Count;)
            {
                yield return CutNext(user, events, ref start, ref state);
            }
        }

        Session CutNext(int user, UserEvents events, ref int start, ref VisitState state)
        {
            ReadOnlySpan<RetainedEvent> rest = events.Span[start..];
            int length;
            EndCause cause;
            try
            {
                length = plan.Kernel.TakeSession(ref state, rest, _texts, out cause);
            }
            catch (RuleFailure failure)
            {
                throw failure.At(sourceOf(failure.Event.Partition), _users[user]);
            }

            string reason = cause.TimeMs <= endTimeMs ? plan.Rules.ReasonOf(cause.Rule) : EndReasons.EndOfInput;
            start += length;
            return rows.Make(_users[user], state, rest[..length], reason);
        }
    }

    /// <summary>One user's events in the order of arrival, until they are sorted.</summary>
    private sealed class UserEvents
    {
        private RetainedEvent[] _items = new RetainedEvent[2];

        public int Count { get; private set; }

        public ReadOnlySpan<RetainedEvent> Span => _items.AsSpan(0, Count);

        public void Add(in RetainedEvent e)
        {
            if (Count == _items.Length)
            {
                Array.Resize(ref _items, Count * 2);
            }

            _items[Count++] = e;
        }

        public void Sort(TextTable texts) =>
            _items.AsSpan(0, Count).Sort((left, right) => RetainedEvent.Compare(left, right, texts));
    }
}
