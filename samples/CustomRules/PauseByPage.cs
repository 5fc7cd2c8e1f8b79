using Sessionize;

namespace CustomRules;

/// <summary>A pause cuts the session: a short one is enough after an ordinary page, a long one is needed after a video.</summary>
public sealed class PauseByPage(TimeSpan ordinary, TimeSpan afterVideo) : SessionBoundaryRule("pause-by-page", RulePass.Session)
{
    public override EventFields Reads => EventField.PageName;

    public override string Parameters => $"ordinary={ordinary:c};afterVideo={afterVideo:c}";

    public override long? DeadlineAfter(in BoundaryContext context)
    {
        TimeSpan pause = context.Current.PageName.StartsWith("video/") ? afterVideo : ordinary;
        return context.Current.TimestampMs + (long)pause.TotalMilliseconds;
    }
}
