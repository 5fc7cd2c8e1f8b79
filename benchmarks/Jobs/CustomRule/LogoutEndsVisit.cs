using Sessionize;

namespace CustomRule;

/// <summary>The rule of the benchmark: one that is asked at every event, and reads the page.</summary>
internal sealed class LogoutEndsVisit() : SessionBoundaryRule("logout")
{
    public override EventFields Reads => EventField.PageName;

    public override bool EndsWith(in BoundaryContext context) => context.Current.PageName == "logout";
}
