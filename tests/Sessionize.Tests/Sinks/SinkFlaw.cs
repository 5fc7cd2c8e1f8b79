namespace Sessionize.Tests.Sinks;

/// <summary>What is wrong with a <see cref="FlawedSink"/>.</summary>
public enum SinkFlaw
{
    None,
    NoFence,
    FencesByPosition,
    ChecksTheFirstLaneOnly,
    AcceptsAFirstCommitAnywhere,
    LeaksStagedRows,
    KeepsStagedRowsBehindTheCommit,
    ShowsRowsBeforeTheCommit,
    ForgetsHistory,
    ForgetsHistoryWithTheProcess,
    FindsWhatWasRefused,
    RepeatsARecordedCommit,
    ForgetsOtherLanes,
    LosesPositions,
    GivesLanesThatNobodyAskedFor,
    IgnoresRetractions,
    MixesPipelines,
    SkipsCommitsWithoutRows,
    CommitsRowsAndLanesInTwoSteps,
    LooksAndCommitsInTwoSteps,
}
