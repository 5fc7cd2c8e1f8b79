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
    IsSilentAboutAMissingVersion,
    LeavesHalfWrittenVersions,
    IgnoresCancellation,
    DeletesTheBase,
    DeletesUnconfirmedVersions,
    LetsOnlyTheWriterConfirm,
    KeepsStateInTheProcess,
    SwapsWithoutLooking,
    LooksAndSwapsInTwoSteps,
    LosesTheHistory,
    LosesTheFingerprint,
    MixesPipelines,
}
