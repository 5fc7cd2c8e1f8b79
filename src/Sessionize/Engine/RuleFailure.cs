namespace Sessionize.Engine;

/// <summary>A rule threw. The engine that knows source and user turns it into a <see cref="SessionizeException"/>.</summary>
internal sealed class RuleFailure(ISessionBoundaryRule rule, RetainedEvent @event, Exception cause)
    : Exception($"The rule '{rule.Name}' threw {cause.GetType().Name}: {cause.Message}", cause)
{
    public RetainedEvent Event { get; } = @event;

    /// <summary>Names rule, place and a hash of the user, never the user.</summary>
    public SessionizeException At(string source, ReadOnlySpan<byte> userId) => new(
        $"{Message.TrimEnd('.')}. At {source}, position {Event.Position}, event time {Event.TimestampMs} ms, user with the hash {SparkHash.Of(userId):x8}. "
        + "Nothing was committed; mend the rule, and the run goes on from the last commit.",
        InnerException);
}
