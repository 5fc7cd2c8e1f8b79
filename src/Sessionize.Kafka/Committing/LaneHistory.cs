namespace Sessionize.Kafka.Committing;

/// <summary>The commits of one lane, as far as they were read: the newest one whole, of those before which one went from where.</summary>
internal sealed class LaneHistory
{
    private const int MostSteps = 1000;

    private readonly Queue<(Guid Commit, StateVersion? From)> _steps = new();
    private bool _isWhole;

    /// <summary>The last commit.</summary>
    public required SinkCommit Newest { get; set; }

    /// <summary>The id of the topic that its sessions are in.</summary>
    public required string? TopicId { get; set; }

    /// <summary>The lane's entry of the last commit; <see langword="null"/> in that of batch runs.</summary>
    public LaneCommit? Entry => Newest.Lanes.Count == 0 ? null : Newest.Lanes[0];

    /// <summary>Begins with the first record that the topic still has.</summary>
    public static LaneHistory Begin(SinkCommit record, string? topicId)
    {
        LaneHistory history = new() { Newest = record, TopicId = topicId };
        history._isWhole = history.Entry?.From is null;
        history._steps.Enqueue((record.Id, history.Entry?.From));
        return history;
    }

    public void Add(SinkCommit record, string? topicId)
    {
        StateVersion? before = Entry?.To;
        (Newest, TopicId) = (record, topicId);
        if (Entry?.From != before)
        {
            // Compaction has taken records between.
            _isWhole = false;
        }

        _steps.Enqueue((record.Id, Entry?.From));
        if (_steps.Count > MostSteps)
        {
            _isWhole = false;
            _steps.Dequeue();
        }
    }

    /// <summary>Whether a commit that goes from a version is among these.</summary>
    /// <returns><see langword="null"/> where the records that would tell are gone.</returns>
    public bool? Has(Guid commit, StateVersion? from)
    {
        if (_steps.Any(step => step.Commit == commit))
        {
            return true;
        }

        // It cannot have gone from where the lane still stands, nor from where another one went.
        return _isWhole || Entry is null || Entry.To == from || _steps.Any(step => step.From == from) ? false : null;
    }
}
