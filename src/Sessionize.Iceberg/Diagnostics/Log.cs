using Microsoft.Extensions.Logging;

namespace Sessionize.Iceberg.Diagnostics;

/// <summary>What the package logs. The event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Warning, "{Table}: {Note}")]
    public static partial void NotAsTheTableSays(ILogger logger, string table, string note);
}
