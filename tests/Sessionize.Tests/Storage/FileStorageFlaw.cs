namespace Sessionize.Tests.Storage;

/// <summary>Ways to break the contract of storages.</summary>
public enum FileStorageFlaw
{
    None,
    MissingFileIsEmpty,
    OpenOfMissingThrowsAnother,
    CreatesOverWhatIsThere,
    LooksAndThenWrites,
    ForgetsItsOwnFile,
    TrustsAnyFile,
    ReplacesTheBeginningOnly,
    ShowsUnfinishedFiles,
    LeavesWhatWasGivenUp,
    CutsLargeFiles,
    ReadsFromTheBeginning,
    DeletesOnlyAThousand,
    FailsToDeleteWhatIsMissing,
    ListsOneLevel,
    ListsByPrefix,
    ListsFullPaths,
    DecodesNames,
}
