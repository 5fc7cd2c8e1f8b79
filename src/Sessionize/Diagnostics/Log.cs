using Microsoft.Extensions.Logging;

namespace Sessionize.Diagnostics;

/// <summary>What the package logs. The event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Pipeline}: committed {Sessions} sessions and {DeadLetters} dead letters of {Lanes} lanes")]
    public static partial void Committed(ILogger logger, string pipeline, int sessions, int deadLetters, int lanes);

    [LoggerMessage(2, LogLevel.Warning, "{Pipeline}: the commit was refused, another process committed for the same lanes; they are opened again")]
    public static partial void Refused(ILogger logger, string pipeline);

    [LoggerMessage(3, LogLevel.Warning, "{Pipeline}: the outcome of a commit is unknown; it is looked up")]
    public static partial void OutcomeUnknown(ILogger logger, string pipeline, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "{Pipeline}: lane {Lane} goes on with other parameters than its state was written with, open sessions are cut by the new ones: {Changes}")]
    public static partial void ParametersChanged(ILogger logger, string pipeline, int lane, string changes);

    [LoggerMessage(5, LogLevel.Error, "{Pipeline}: stopped")]
    public static partial void Stopped(ILogger logger, string pipeline, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "{Pipeline}: lane {Lane} is left out, the others go on; the run will fail at its end")]
    public static partial void LaneLeftOut(ILogger logger, string pipeline, int lane, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "The storage of the state failed, and is tried again: {Failure}")]
    public static partial void StateStorageFailed(ILogger logger, string failure);

    [LoggerMessage(7, LogLevel.Warning, "Old files of the state in {Folder} could not be deleted; that is tried again later: {Failure}")]
    public static partial void StateNotDeleted(ILogger logger, string folder, string failure);

    [LoggerMessage(8, LogLevel.Information, "Deleted {Files} files in {Folder} that no commit ever named")]
    public static partial void StateSwept(ILogger logger, int files, string folder);

    [LoggerMessage(10, LogLevel.Warning, "{Pipeline}: the state of lane {Lane} is rebuilt from its records, {Range}: {Failure}")]
    public static partial void RebuildBegun(ILogger logger, string pipeline, int lane, string range, string failure);

    [LoggerMessage(11, LogLevel.Warning, "{Pipeline}: the state of lane {Lane} was rebuilt from {Records} records, and is the one that was committed")]
    public static partial void Rebuilt(ILogger logger, string pipeline, int lane, long records);

    [LoggerMessage(12, LogLevel.Warning, "{Pipeline}: an older state of lane {Lane}, from which it could have been rebuilt, is lost as well: {Failure}")]
    public static partial void OlderStateLost(ILogger logger, string pipeline, int lane, string failure);
}
