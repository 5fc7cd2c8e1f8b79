namespace Sessionize.Tests.State;

/// <summary>What is wrong with a <see cref="FlawedStateStore"/>.</summary>
public enum StoreFlaw
{
    None,
    OverwritesVersions,
    ChecksNamesTooEarly,
    KeepsTheNewestPartOnly,
    GivesPartsInWrongOrder,
    CutsContent,
    MixesLanes,
    AcceptsAMissingBase,
    TakesABaseFromAnotherLane,
    IsSilentAboutAMissingVersion,
    LeavesHalfWrittenVersions,
    IgnoresCancellation,
    DeletesTheBase,
    DeletesUnconfirmedVersions,
    KeepsFiveConfirmedVersions,
    LetsOnlyTheWriterConfirm,
    KeepsStateInTheProcess,
    SwapsWithoutLooking,
    LooksAndSwapsInTwoSteps,
    ForgetsItsOwnSwap,
    LosesTheHistory,
    LosesTheFingerprint,
    MixesPipelines,
}
