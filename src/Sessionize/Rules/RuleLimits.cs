using System.Runtime.CompilerServices;

namespace Sessionize.Rules;

/// <summary>The range that limits of time must lie in.</summary>
internal static class RuleLimits
{
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(36_500);

    public static bool IsInRange(TimeSpan limit) =>
        limit > TimeSpan.Zero && limit <= Longest && limit.Ticks % TimeSpan.TicksPerMillisecond == 0;

    public static void ThrowIfOutOfRange(TimeSpan limit, [CallerArgumentExpression(nameof(limit))] string? name = null)
    {
        if (!IsInRange(limit))
        {
            throw new ArgumentOutOfRangeException(name, limit, "The limit must be above zero, at most 36,500 days, in whole milliseconds.");
        }
    }
}
