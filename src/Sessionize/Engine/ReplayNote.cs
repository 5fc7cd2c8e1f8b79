namespace Sessionize.Engine;

/// <summary>One decision of the wall clock that changed a lane's state.</summary>
/// <param name="Kind">What was decided.</param>
/// <param name="Partition">The partition, by its place among the lane's.</param>
/// <param name="Position">The position of the record.</param>
/// <param name="TimeMs">The watermark or the arrival.</param>
internal readonly record struct ReplayNote(ReplayNoteKind Kind, int Partition, long Position, long TimeMs);
