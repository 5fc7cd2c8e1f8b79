namespace Sessionize;

/// <summary>A row that enters or leaves the output.</summary>
/// <param name="Kind">Whether the row is added or retracted.</param>
/// <param name="Session">The row. Of a retraction, id, user, start and revision count.</param>
public sealed record SessionChange(SessionChangeKind Kind, Session Session);
