namespace Sessionize.Engine;

/// <summary>The three kinds of end reasons, in the order in which equal times are decided.</summary>
internal enum EndCauseKind
{
    EndsWith,
    Deadline,
    StartsNew,
    EndOfInput,
}
