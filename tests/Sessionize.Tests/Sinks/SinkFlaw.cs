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
    LeaksRefusedRows = 1 << 4,
    LeaksDiscardedRows = 1 << 5,
    KeepsStagedRowsBehindALostAnswer = 1 << 6,
    ShowsRowsBeforeTheCommit = 1 << 7,
    ForgetsHistory = 1 << 8,
    ForgetsHistoryWithTheProcess = 1 << 9,
    FindsWhatWasRefused = 1 << 10,
    RepeatsARecordedCommit = 1 << 11,
    ForgetsOtherLanes = 1 << 12,
    LosesPositions = 1 << 13,
    GivesLanesThatNobodyAskedFor = 1 << 14,
    IgnoresRetractions = 1 << 15,
    MixesPipelines = 1 << 16,
    SkipsCommitsWithoutRows = 1 << 17,
    CommitsRowsAndLanesInTwoSteps = 1 << 18,
}
