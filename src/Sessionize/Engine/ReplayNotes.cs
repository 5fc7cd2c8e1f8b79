namespace Sessionize.Engine;

/// <summary>What a lane's state depends on beside its records, from the positions to replay from on: where it began, and what the wall clock decided.</summary>
/// <remarks>
/// Only the newest decisions are kept, so that a commit stays small. What an older one did fades as the users that it touched are forgotten;
/// whether it has, the checksum of the state tells.
/// </remarks>
internal sealed class ReplayNotes
{
    /// <summary>How many notes are kept: more than a replay from one of the last versions needs.</summary>
    public const int Most = 16;

    private readonly List<ReplayNote> _notes = [];

    /// <summary>What the lane knew at the positions to replay from; <see langword="null"/>: nothing, it was new.</summary>
    public ReplayStart? Start { get; private set; }

    /// <summary>Whether older notes are missing.</summary>
    public bool IsCut { get; set; }

    /// <summary>Whether the pipeline's settings changed since then.</summary>
    public bool IsMixed { get; set; }

    public IReadOnlyList<ReplayNote> Notes => _notes;

    public static ReplayNotes Of(ReplayStart? start, IEnumerable<ReplayNote> notes)
    {
        ReplayNotes made = new() { Start = start };
        made._notes.AddRange(notes);
        return made;
    }

    public void Add(ReplayNote note)
    {
        // Between two records, only the highest of several watermarks counts: closing step by step leaves the same state.
        int last = note.Kind == ReplayNoteKind.Watermark ? _notes.FindLastIndex(known => known.Partition == note.Partition) : -1;
        if (last >= 0 && _notes[last].Kind == ReplayNoteKind.Watermark && _notes[last].Position == note.Position)
        {
            _notes[last] = note;
            return;
        }

        if (_notes.Count == Most)
        {
            _notes.RemoveAt(0);
            IsCut = true;
        }

        _notes.Add(note);
    }

    /// <summary>The lane remembers nobody: everything before is of no account.</summary>
    public void BeginAt(ReplayStart start)
    {
        _notes.Clear();
        (Start, IsCut, IsMixed) = (start, false, false);
    }
}
