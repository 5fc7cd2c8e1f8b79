using Sessionize;

/// <summary>After a logout, the next event starts the next visit.</summary>
public sealed class LogoutEndsVisit() : SessionBoundaryRule("logout")
{
    public override EventFields Reads => EventField.PageName;

    public override bool EndsWith(in BoundaryContext context) => context.Current.PageName == "logout";
}
