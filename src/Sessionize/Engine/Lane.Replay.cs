namespace Sessionize.Engine;

/// <summary>What makes a lane's state one that can be rebuilt: its checksum, and what it depends on beside the records.</summary>
internal sealed partial class Lane
{
    private readonly VisitDigest _digest = new();

    // The sum of all visits' digests as of the last checkpoint, without regard to their order. Who changed since then still counts as before.
    private ulong _visitDigests;
    private ReplayNotes _replay = new();

    /// <summary>What the state depends on beside the records.</summary>
    public ReplayNotes ReplayNotes => _replay;

    /// <summary>The checksum of the state as of the last checkpoint: the same for the same state, whatever the versions, the memory and the process were.</summary>
    public ulong Checksum()
    {
        VisitDigest digest = BeginDigest();
        digest.Add((long)_visitDigests);
        digest.Add(_visits.Count);
        digest.Add(HighestEventMs ?? long.MinValue);
        digest.Add(LeastFloorMs);
        digest.Add(Watermark);
        foreach (LanePartition partition in _partitions)
        {
            digest.Add(partition.Next);
            digest.Add(partition.Watermark);
        }

        return digest.End();
    }

    /// <summary>Moves one partition's watermark up to a time that no record gives.</summary>
    public void AdvanceByClock(LanePartition partition, long watermark)
    {
        if (watermark > partition.Watermark)
        {
            _replay.Add(new ReplayNote(ReplayNoteKind.Watermark, PlaceOf(partition), partition.Next, watermark));
            Advance(partition, watermark);
        }
    }

    /// <summary>Goes on with what a commit recorded of the time before; <see langword="null"/>: it did not.</summary>
    public void GoOnFrom(ReplayRecord? recorded)
    {
        _replay = recorded?.Notes ?? new ReplayNotes { IsCut = true };
        _replay.IsMixed |= recorded is not null && recorded.Settings != _plan.ReplaySettings;
    }

    /// <summary>Begins a replay where nobody was remembered.</summary>
    public void StartAt(ReplayStart? start)
    {
        if (start is null)
        {
            return;
        }

        (HighestEventMs, LeastFloorMs, Watermark) = (start.HighestEventMs, start.LeastFloorMs, start.Watermark);
        foreach ((LanePartition partition, long watermark) in _partitions.Zip(start.Watermarks))
        {
            partition.Watermark = watermark;
        }
    }

    /// <summary>Takes one record of a batch again, as it was taken when the clock had decided what a note says of it.</summary>
    public void TakeAgain(EventBatch batch, int row, LanePartition partition, ReplayNote? note)
    {
        RecordOrigin origin = batch.Origin(row);
        if (origin.IsArrivalMeasured)
        {
            // Measured again, it says nothing about then.
            origin = origin with { ArrivalMs = long.MaxValue, IsArrivalMeasured = false };
        }

        if (note is { Kind: ReplayNoteKind.Future })
        {
            SkipTo(origin.Position + 1, partition);
            return;
        }

        origin = note is { Kind: ReplayNoteKind.Arrival } arrival ? origin with { ArrivalMs = arrival.TimeMs } : origin;
        Take(batch, row, partition, VisitTable.Hash(batch.UserId(row)), origin);
    }

    /// <summary>Ends a replay: what closed and was counted in it was given out and counted before.</summary>
    public void CompleteReplay(LaneCommit commit, ReplayNotes notes)
    {
        Closed = [];
        DeadLetters = [];
        Counts = new LaneCounts(_plan.Rules.Rules.Count);
        _replay = notes;
        foreach ((LanePartition partition, PartitionPosition recorded) in _partitions.Zip(commit.Positions))
        {
            partition.ReplayFrom = recorded.ReplayFrom;
        }

        HasChanged = true;
    }

    private int PlaceOf(LanePartition partition) => Array.IndexOf(_partitions, partition);

    private VisitDigest BeginDigest()
    {
        _digest.Begin();
        return _digest;
    }

    private void EndDigest(int user)
    {
        ref VisitRecord visit = ref _visits[user];
        ulong digest = _digest.End();
        _visitDigests += digest - visit.Digest;
        visit.Digest = digest;
    }

    /// <summary>The lane remembers nobody, so that a replay may begin here.</summary>
    private void BeginReplayHere()
    {
        foreach (LanePartition partition in _partitions)
        {
            partition.ReplayFrom = partition.Next;
        }

        _replay.BeginAt(new ReplayStart(HighestEventMs, LeastFloorMs, Watermark, [.. _partitions.Select(partition => partition.Watermark)]));
    }

    /// <summary>Notes what the wall clock decided about a record: read again, it would arrive at another time.</summary>
    private void NoteArrival(in RecordOrigin origin, LanePartition partition, long timestampMs, bool isBad)
    {
        if (isBad)
        {
            _replay.Add(new ReplayNote(ReplayNoteKind.Future, PlaceOf(partition), origin.Position, origin.ArrivalMs));
        }
        else if (timestampMs > origin.ArrivalMs && timestampMs - _plan.WatermarkDelayMs > partition.Watermark)
        {
            _replay.Add(new ReplayNote(ReplayNoteKind.Arrival, PlaceOf(partition), origin.Position, origin.ArrivalMs));
        }
    }
}
