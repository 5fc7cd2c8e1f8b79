namespace Sessionize.Testing.Generators;

/// <summary>What a generated rule looks at.</summary>
internal enum RuleKind
{
    StartsOnPage,
    StartsAtCount,
    StartsAtAge,
    StartsWhereFieldChanges,
    EndsOnPage,
    EndsAtCountAfterPage,
    GapByField,
    Grid,
    EndsOnPageOrAtAge,
}
