namespace Sessionize;

/// <summary>Where the fields of an event stand in JSON: names, or paths with dots into objects.</summary>
public sealed class EventFieldNames
{
    /// <summary>The user id.</summary>
    /// <value><c>uuid</c> by default.</value>
    public string UserId { get; set; } = "uuid";

    /// <summary>The event time.</summary>
    /// <value><c>event_timestamp</c> by default.</value>
    public string Timestamp { get; set; } = "event_timestamp";

    /// <summary>The page name.</summary>
    /// <value><c>page_name</c> by default.</value>
    public string PageName { get; set; } = "page_name";

    /// <summary>The event id.</summary>
    /// <value><c>event_id</c> by default.</value>
    public string EventId { get; set; } = "event_id";
}
