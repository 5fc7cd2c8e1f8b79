namespace Sessionize.Tests.Engine;

/// <summary>Why a session ends, in the order of precedence of semantics section 2.</summary>
internal enum LiteralCauseKind
{
    EndsWith,
    Deadline,
    StartsNew,
    Open,
}
