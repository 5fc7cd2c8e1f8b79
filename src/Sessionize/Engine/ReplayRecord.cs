using System.Globalization;

namespace Sessionize.Engine;

/// <summary>What a commit says of a lane's state, so that it can be rebuilt and the rebuilt one proved: the text of <see cref="LaneCommit.Replay"/>.</summary>
/// <remarks>docs/design/0003-state-format.md has the text.</remarks>
/// <param name="Checksum">The checksum of the state.</param>
/// <param name="Settings">What the lane was run with: a hash, to tell whether it is the same.</param>
/// <param name="Older">The last version before the snapshot that the committed one is based on, or is.</param>
/// <param name="Notes">What the state depends on beside the records.</param>
internal sealed record ReplayRecord(ulong Checksum, uint Settings, StateVersion? Older, ReplayNotes Notes)
{
    private const string Format = "1";
    private const string Kinds = "waf";

    public string Write() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Format};{Checksum:x16};{Settings:x8};{(Notes.IsMixed ? "m" : "")}{(Notes.IsCut ? "c" : "")};{Older?.Name};{Write(Notes.Start)};{string.Join(',', Notes.Notes.Select(Write))}");

    /// <summary>Reads what a commit recorded.</summary>
    /// <returns>The record, or <see langword="null"/> where there is none that this version understands.</returns>
    public static ReplayRecord? Read(string? text)
    {
        if (text?.Split(';') is not [Format, var checksum, var settings, var flags, var older, var start, var notes])
        {
            return null;
        }

        try
        {
            ReplayNotes read = ReplayNotes.Of(start.Length == 0 ? null : ReadStart(start), notes.Length == 0 ? [] : notes.Split(',').Select(ReadNote));
            read.IsMixed = flags.Contains('m', StringComparison.Ordinal);
            read.IsCut = flags.Contains('c', StringComparison.Ordinal);
            return new ReplayRecord(
                ulong.Parse(checksum, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                uint.Parse(settings, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                older.Length == 0 ? null : new StateVersion(older),
                read);
        }
        catch (Exception failure) when (failure is FormatException or OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static string Write(ReplayStart? start) =>
        start is null ? "" : string.Join(',', new[] { start.HighestEventMs ?? long.MinValue, start.LeastFloorMs, start.Watermark }.Concat(start.Watermarks).Select(Write));

    private static ReplayStart ReadStart(string text)
    {
        long[] numbers = [.. text.Split(',').Select(ReadTime)];
        return new ReplayStart(numbers[0] == long.MinValue ? null : numbers[0], numbers[1], numbers[2], numbers[3..]);
    }

    private static string Write(ReplayNote note) =>
        string.Create(CultureInfo.InvariantCulture, $"{Kinds[(int)note.Kind]}{note.Partition}:{note.Position}:{Write(note.TimeMs)}");

    private static ReplayNote ReadNote(string text)
    {
        string[] parts = text[1..].Split(':');
        int kind = Kinds.IndexOf(text[0], StringComparison.Ordinal);
        return new ReplayNote(
            kind >= 0 ? (ReplayNoteKind)kind : throw new FormatException("There is no such kind of note."),
            int.Parse(parts[0], CultureInfo.InvariantCulture),
            long.Parse(parts[1], CultureInfo.InvariantCulture),
            ReadTime(parts[2]));
    }

    /// <summary>A time that is not known yet is the least number, and most are known.</summary>
    private static string Write(long timeMs) => timeMs == long.MinValue ? "" : timeMs.ToString(CultureInfo.InvariantCulture);

    private static long ReadTime(string text) => text.Length == 0 ? long.MinValue : long.Parse(text, CultureInfo.InvariantCulture);
}
