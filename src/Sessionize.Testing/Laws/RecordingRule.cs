using System.Globalization;

namespace Sessionize.Testing.Laws;

/// <summary>A rule whose answers are written down.</summary>
internal sealed class RecordingRule(ISessionBoundaryRule inner, List<string> answers) : ISessionBoundaryRule
{
    public string Name => inner.Name;

    public int Version => inner.Version;

    public RulePass Pass => inner.Pass;

    public EventFields Reads => inner.Reads;

    public string Parameters => inner.Parameters;

    public bool StartsNew(in BoundaryContext context) => Record(nameof(StartsNew), context, inner.StartsNew(context));

    public bool EndsWith(in BoundaryContext context) => Record(nameof(EndsWith), context, inner.EndsWith(context));

    public long? DeadlineAfter(in BoundaryContext context) => Record(nameof(DeadlineAfter), context, inner.DeadlineAfter(context));

    private T Record<T>(string question, in BoundaryContext context, T answer)
    {
        string asked = TimelineToken.Write(new ClickstreamEvent("", context.Current.TimestampMs), Timeline.DefaultOrigin);
        answers.Add(string.Create(CultureInfo.InvariantCulture, $"{Name} {question} at {asked}: {(answer is null ? "none" : answer)}"));
        return answer;
    }
}
