namespace Sessionize.Sinks;

/// <summary>Where dead letters go when a definition does not say.</summary>
internal static class DeadLetterPlace
{
    public static IDeadLetterSink Make(SessionizationDefinition definition, SessionizationContext context) =>
        definition.DeadLetters?.Invoke(context)
        ?? new NdjsonDeadLetterSink(Path.Combine("dead-letters", $"{definition.Name}.ndjson"));
}
