namespace Sessionize.Tests.Sinks;

/// <summary>What is wrong with a <see cref="FlawedSink"/>.</summary>
[Flags]
public enum SinkFlaw
{
    None = 0,
    NoFence = 1,
    FencesByPosition = 1 << 1,
    ChecksTheFirstLaneOnly = 1 << 2,
    AcceptsAFirstCommitAnywhere = 1 << 3,
    LeaksStagedRows = 1 << 4,
    KeepsStagedRowsBehindTheCommit = 1 << 5,
    ShowsRowsBeforeTheCommit = 1 << 6,
    ForgetsHistory = 1 << 7,
    ForgetsHistoryWithTheProcess = 1 << 8,
    FindsWhatWasRefused = 1 << 9,
    RepeatsARecordedCommit = 1 << 10,
    ForgetsOtherLanes = 1 << 11,
    LosesPositions = 1 << 12,
    GivesLanesThatNobodyAskedFor = 1 << 13,
    IgnoresRetractions = 1 << 14,
    MixesPipelines = 1 << 15,
    SkipsCommitsWithoutRows = 1 << 16,
    CommitsRowsAndLanesInTwoSteps = 1 << 17,
}
