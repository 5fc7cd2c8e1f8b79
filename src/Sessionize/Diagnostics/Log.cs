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
}
