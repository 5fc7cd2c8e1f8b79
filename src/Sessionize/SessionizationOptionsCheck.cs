using Sessionize.Rules;
using Sessionize.Storage;

namespace Sessionize;

/// <summary>Finds all mistakes of the options at once.</summary>
internal static class SessionizationOptionsCheck
{
    public static IReadOnlyList<string> Find(SessionizationOptions options, bool isStreaming)
    {
        List<string> mistakes = [];
        CheckLimit(nameof(options.InactivityTimeout), options.InactivityTimeout, "00:30:00");
        CheckLimit(nameof(options.MaxSessionDuration), options.MaxSessionDuration, "02:00:00");
        CheckLimit(nameof(options.IdleTimeout), options.IdleTimeout, "00:05:00");
        CheckLimit(nameof(options.MaxCommitDelay), options.MaxCommitDelay, "00:05:00");
        CheckDelay(nameof(options.WatermarkDelay), options.WatermarkDelay, "00:10:00");
        CheckDelay(nameof(options.MaxFutureSkew), options.MaxFutureSkew, "01:00:00");
        CheckEnum(nameof(options.Boundary), options.Boundary);
        CheckEnum(nameof(options.Alignment), options.Alignment);
        CheckEnum(nameof(options.MidnightPass), options.MidnightPass);
        CheckEnum(nameof(options.LateEvents), options.LateEvents);
        CheckEnum(nameof(options.LaneFailures), options.LaneFailures);
        CheckEnum(nameof(options.TimeFormat), options.TimeFormat);
        if (options.Ids is { } ids)
        {
            CheckEnum(nameof(options.Ids), ids);
        }

        Check(options.MaxSessionEvents is null or >= 1, $"MaxSessionEvents is {options.MaxSessionEvents}: give a number from 1, or null for no limit.");
        Check(options.MaxEventsPerTrigger is null or >= 1, $"MaxEventsPerTrigger is {options.MaxEventsPerTrigger}: give a number from 1, or null for no limit.");
        Check(options.MaxEventsPerSecond is null or >= 1, $"MaxEventsPerSecond is {options.MaxEventsPerSecond}: give a number from 1, or null for no limit.");
        Check(options.UserHashBuckets >= 1, $"UserHashBuckets is {options.UserHashBuckets}: give a number from 1, such as 100.");
        Check(options.MaxLineBytes is >= 2 and <= 1 << 30, $"MaxLineBytes is {options.MaxLineBytes}: give a number from 2 to 1073741824, such as 1048576.");
        Check(options.EndOnPages?.All(page => !string.IsNullOrEmpty(page)) == true, "EndOnPages is null or holds an empty name: give page names such as 'logout', or an empty list.");
        if (options.CutAtMidnight is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            mistakes.Add($"CutAtMidnight is '{zone}', which this machine does not know: give an IANA time zone such as 'Europe/Berlin' or 'UTC'.");
        }

        Check(options.Fields is not null, "Fields is null: give field names, or leave the default ones.");
        if (options.Fields is { } fields)
        {
            CheckPath(nameof(fields.UserId), fields.UserId);
            CheckPath(nameof(fields.Timestamp), fields.Timestamp);
            CheckPath(nameof(fields.PageName), fields.PageName);
            CheckPath(nameof(fields.EventId), fields.EventId);
        }

        Check(options.State?.Properties is not null, "State or its Properties are null: give a section, or leave the default.");
        if (options.State?.Location is { } location)
        {
            Check(IsLocation(location), $"State.Location is '{location}': give a folder, such as 'state', or a URI, such as 's3://bucket/state/clicks'.");
        }

        if (isStreaming)
        {
            Check(options.Ids != SessionIds.Ordinal, "Ids is Ordinal, which counts all visits of a user's past and so cannot survive state expiry: streaming needs StartTime.");
            Check(options.LateEvents != LateEventPolicy.Amend, "LateEvents is Amend, which is not available yet: choose SideOutput or Drop.");
        }

        return mistakes;

        void Check(bool holds, string mistake)
        {
            if (!holds)
            {
                mistakes.Add(mistake);
            }
        }

        static bool IsLocation(string location)
        {
            try
            {
                return !string.IsNullOrWhiteSpace(location) && (!FileLocations.IsLocal(location) || FileLocations.ToPath(location).Length > 0);
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        void CheckLimit(string name, TimeSpan? value, string example) => Check(
            value is null || RuleLimits.IsInRange(value.Value),
            $"{name} is {value}: give a time above zero, at most 36,500 days, in whole milliseconds, such as {example}.");

        void CheckDelay(string name, TimeSpan value, string example) => Check(
            value == TimeSpan.Zero || RuleLimits.IsInRange(value),
            $"{name} is {value}: give zero or a time of at most 36,500 days, in whole milliseconds, such as {example}.");

        void CheckEnum<T>(string name, T value) where T : struct, Enum => Check(
            Enum.IsDefined(value), $"{name} is {value}: choose one of {string.Join(", ", Enum.GetNames<T>())}.");

        void CheckPath(string name, string? path) => Check(
            !string.IsNullOrEmpty(path) && path.Split('.').All(step => step.Length > 0) && EventField.IsText(path),
            $"Fields.{name} is '{path}': give a field name, or names joined by single dots, such as 'user.id'.");
    }
}
