using System.Globalization;

namespace Sessionize.Testing.Generators;

/// <summary>A custom rule of any kind, pure and small.</summary>
internal sealed class GeneratedRule(string name, RulePass pass, RuleKind kind, string page, int n, long unitMs) : SessionBoundaryRule(name, pass)
{
    public const string FieldPath = "c";

    private static readonly EventField s_field = EventField.Of(FieldPath);

    public override EventFields Reads => EventField.PageName | s_field;

    public override string Parameters => string.Create(CultureInfo.InvariantCulture, $"kind={kind};page={page};n={n};unit={unitMs}ms");

    public override bool StartsNew(in BoundaryContext context) => kind switch
    {
        RuleKind.StartsOnPage => context.Current.PageName == page,
        RuleKind.StartsAtCount => context.Scope.EventCount >= n,
        RuleKind.StartsAtAge => context.Current.TimestampMs - context.Scope.StartMs > 3 * n * unitMs,
        RuleKind.StartsWhereFieldChanges => context.Current[s_field].IsPresent && context.Current[s_field] != context.Previous[s_field],
        _ => false,
    };

    public override bool EndsWith(in BoundaryContext context) => kind switch
    {
        RuleKind.EndsOnPage or RuleKind.EndsOnPageOrAtAge => context.Current.PageName == page,
        RuleKind.EndsAtCountAfterPage => context.Scope.EventCount >= n && context.HasPrevious && context.Previous.PageName == page,
        _ => false,
    };

    public override long? DeadlineAfter(in BoundaryContext context) => kind switch
    {
        // A value of zero gives a deadline before the event, which counts as 1 ms after it.
        RuleKind.GapByField => context.Current[s_field].TryGetInt64(out long gap) ? context.Current.TimestampMs + (gap * n * unitMs) - 1 : null,
        RuleKind.Grid => ((context.Current.TimestampMs / (4 * n * unitMs)) + 1) * (4 * n * unitMs),
        RuleKind.EndsOnPageOrAtAge => context.Scope.StartMs + (5 * n * unitMs),
        _ => null,
    };
}
