using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Sessionize.Parsing;
using Sessionize.Rules;
using Sessionize.State;

namespace Sessionize.Engine;

/// <summary>A definition, checked and frozen: what the engines read.</summary>
internal sealed class PipelinePlan
{
    /// <exception cref="SessionizationConfigurationException">The definition has mistakes; all of them are listed, the caller's further ones included.</exception>
    public PipelinePlan(SessionizationDefinition definition, bool isStreaming, params IEnumerable<string> furtherMistakes)
    {
        string[] mistakes = [.. definition.FindMistakes(isStreaming), .. furtherMistakes];
        if (mistakes.Length > 0)
        {
            throw new SessionizationConfigurationException(definition.Name, mistakes);
        }

        SessionizationOptions options = definition.Options;
        Name = definition.Name;
        Rules = new RuleSet(definition.ResolveRules());
        Kernel = new SessionKernel(Rules);
        Ids = options.Ids ?? (isStreaming ? SessionIds.StartTime : SessionIds.Ordinal);
        UserHashBuckets = options.UserHashBuckets;
        LateEvents = options.LateEvents;
        LaneFailures = options.LaneFailures;
        IsLive = isStreaming && !definition.Trigger.IsUntilEnd;
        TimeoutMs = Rules.Inactivity is { } inactivity ? (long)inactivity.Timeout.TotalMilliseconds : 0;
        WatermarkDelayMs = (long)options.WatermarkDelay.TotalMilliseconds;
        MaxFutureSkewMs = (long)options.MaxFutureSkew.TotalMilliseconds;
        IdleTimeoutMs = (long)options.IdleTimeout.TotalMilliseconds;
        CrowdedFrom = definition.CrowdedFrom;
        MaxCommitDelay = options.MaxCommitDelay;
        MaxEventsPerTrigger = options.MaxEventsPerTrigger;
        MaxEventsPerSecond = options.MaxEventsPerSecond;
        RebuildState = options.RebuildState;
        EventFieldNames names = options.Fields;
        string settings = string.Create(
            CultureInfo.InvariantCulture,
            $"{StateFingerprint.Of(this)}; {WatermarkDelayMs} {MaxFutureSkewMs} {options.TimeFormat} {options.MaxLineBytes}; {names.UserId}; {names.Timestamp}; {names.PageName}; {names.EventId}");
        ReplaySettings = (uint)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(settings));
    }

    public string Name { get; }

    public RuleSet Rules { get; }

    public SessionKernel Kernel { get; }

    public SessionIds Ids { get; }

    public int UserHashBuckets { get; }

    public LateEventPolicy LateEvents { get; }

    public LaneFailurePolicy LaneFailures { get; }

    public bool IsLive { get; }

    public long TimeoutMs { get; }

    public long WatermarkDelayMs { get; }

    public long MaxFutureSkewMs { get; }

    public long IdleTimeoutMs { get; }

    /// <summary>From how many retained events on a visit puts aside what the watermark has not reached.</summary>
    public int CrowdedFrom { get; }

    public TimeSpan MaxCommitDelay { get; }

    public long? MaxEventsPerTrigger { get; }

    public long? MaxEventsPerSecond { get; }

    /// <summary>Whether a state that is missing or damaged is rebuilt from the records.</summary>
    public bool RebuildState { get; }

    /// <summary>A hash of all settings by which the same records give the same state.</summary>
    public uint ReplaySettings { get; }

    public static SessionizationContext ContextOf(SessionizationDefinition definition, RuleSet rules, IServiceProvider? services) =>
        new(definition, new JsonEventParser(definition.Options, rules.Retained), services) { Retained = rules.Retained };
}
