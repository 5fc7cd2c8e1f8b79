namespace Sessionize.Engine;

/// <summary>A lane whose state is lost, while its records are read again up to where its last commit stands.</summary>
/// <param name="plan">The pipeline.</param>
/// <param name="lane">The lane, as it was where the replay begins.</param>
/// <param name="commit">The lane's last commit.</param>
/// <param name="recorded">What it says of the state.</param>
/// <param name="loss">Why the state cannot be opened.</param>
internal sealed class LaneReplay(PipelinePlan plan, Lane lane, LaneCommit commit, ReplayRecord recorded, SessionizeException loss)
{
    private readonly long[] _starts = [.. lane.Partitions.Select(partition => partition.Next)];
    private readonly Queue<ReplayNote>[] _notes =
    [
        .. lane.Partitions.Select((partition, place) => new Queue<ReplayNote>(
            recorded.Notes.Notes.Where(note => note.Partition == place && note.Position >= partition.Next))),
    ];

    private long _records;
    private long _passedOver;

    public Lane Lane => lane;

    public LaneCommit Commit => commit;

    /// <summary>How many records were read again.</summary>
    public long Records => _records;

    /// <summary>Whether all partitions were read up to where the commit stands.</summary>
    public bool IsAtEnd => lane.Partitions.Zip(commit.Positions).All(pair => pair.First.Next >= pair.Second.Next);

    /// <summary>What is read, for messages: <c>'clicks/3' from 100 to 2,000</c>.</summary>
    public string Range => string.Join(
        ", ", lane.Partitions.Zip(commit.Positions, _starts).Select(one => FormattableString.Invariant($"'{one.First.Source.Name}' from {one.Third} to {one.Second.Next}")));

    public bool Reads(string partition) => lane.Partitions.Any(known => known.Source.Name == partition);

    /// <summary>Takes a batch of one of the lane's partitions, as far as it lies before the commit.</summary>
    public void Take(EventBatch batch)
    {
        int place = lane.Partitions.TakeWhile(known => known.Source.Name != batch.Partition).Count();
        LanePartition partition = lane.Partitions[place];
        long end = commit.Positions[place].Next;
        for (int row = 0; row < batch.Count; row++)
        {
            long position = batch.Origin(row).Position;
            if (position >= partition.Next && position < end)
            {
                _passedOver += position - partition.Next;
                TakeNotes(place, position);
                ReplayNote? note = _notes[place].TryPeek(out ReplayNote next) && next.Position == position ? _notes[place].Dequeue() : null;
                lane.TakeAgain(batch, row, partition, note);
                _records++;
            }
        }

        lane.SkipTo(Math.Min(batch.Next, end), partition);
        DropResults();
    }

    /// <summary>Ends the replay, and proves that the state is the one that was committed.</summary>
    /// <exception cref="SessionizeException">It is another one.</exception>
    public Lane Complete()
    {
        for (int place = 0; place < _notes.Length; place++)
        {
            TakeNotes(place, commit.Positions[place].Next);
        }

        // Writing the state gives its checksum, as it did at the commit.
        lane.Checkpoint(full: true);
        ulong checksum = lane.Checksum();
        if (lane.Watermark != commit.Watermark || checksum != recorded.Checksum)
        {
            throw Refuse(FormattableString.Invariant(
                $"{_records} records, {Range}, give a state of the checksum {checksum:x16} and the watermark {lane.Watermark}, and the committed one has {recorded.Checksum:x16} and {commit.Watermark}: {Reason()}"));
        }

        lane.CompleteReplay(commit, recorded.Notes);
        return lane;
    }

    /// <summary>The error when the source has no more, although the commit is not reached.</summary>
    public SessionizeException EndedEarly() => Refuse(
        "the source ends before the commit: " + string.Join(", ", lane.Partitions.Zip(commit.Positions)
            .Where(pair => pair.First.Next < pair.Second.Next)
            .Select(pair => FormattableString.Invariant($"'{pair.First.Source.Name}' was read up to {pair.First.Next}, and its records up to {pair.Second.Next} are needed"))));

    private SessionizeException Refuse(string reason) => Refusal(plan, commit, loss, reason);

    /// <summary>The error of a state that is lost and cannot be rebuilt.</summary>
    public static SessionizeException Refusal(PipelinePlan plan, LaneCommit commit, SessionizeException loss, string reason) => new(
        $"The state of lane {commit.Lane} of '{plan.Name}', version {commit.To}, cannot be rebuilt: {reason}. Nothing was committed. "
        + $"Bring the state's files back, or give the pipeline another name for a fresh start. What is wrong with the state: {loss.Message}",
        loss);

    private string Reason() =>
        lane.Partitions.Count > 1 ? "the lane is fed by several partitions, and how their records came between each other nobody knows any more"
        : recorded.Notes.IsMixed ? "the pipeline's rules or settings were changed after these positions, and what was read before was read with others"
        : recorded.Notes.IsCut ? "the wall clock decided more since then than the commit recorded (idle partitions, events ahead of the clock), or an older version of the library made some of the commits"
        : _passedOver > 0 ? FormattableString.Invariant($"records are missing among them by now ({_passedOver} positions were passed over, which may be markers of transactions or deleted records)")
        : "the rules answer otherwise than then, or the records were changed";

    /// <summary>Moves the watermark as the clock did before a position.</summary>
    private void TakeNotes(int place, long position)
    {
        Queue<ReplayNote> notes = _notes[place];
        while (notes.TryPeek(out ReplayNote note) && (note.Position < position || (note.Position == position && note.Kind == ReplayNoteKind.Watermark)))
        {
            notes.Dequeue();
            if (note.Kind == ReplayNoteKind.Watermark)
            {
                lane.Advance(lane.Partitions[place], note.TimeMs);
            }
        }
    }

    /// <summary>What closes and what is bad or late was given out before; it must not fill the memory.</summary>
    private void DropResults()
    {
        lane.TakeClosed();
        lane.TakeDeadLetters();
    }
}
