using Sessionize.Engine;
using Sessionize.Rules;

namespace Sessionize;

/// <summary>An event as a rule sees it: its time, and the fields that the rule declared in <see cref="ISessionBoundaryRule.Reads"/>.</summary>
/// <remarks>Valid during the call only.</remarks>
public readonly ref struct EventView
{
    private readonly ref readonly RetainedEvent _event;
    private readonly IEventTexts _texts;
    private readonly RuleFields _fields;

    internal EventView(ref readonly RetainedEvent @event, IEventTexts texts, RuleFields fields)
    {
        _event = ref @event;
        _texts = texts;
        _fields = fields;
    }

    /// <summary>The event time in milliseconds since the Unix epoch.</summary>
    public long TimestampMs => _event.TimestampMs;

    /// <summary>The event time.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(_event.TimestampMs);

    /// <summary>The page name; the rule has to declare <see cref="EventField.PageName"/>.</summary>
    /// <exception cref="InvalidOperationException">The rule does not declare the field.</exception>
    public Utf8Text PageName => this[EventField.PageName];

    /// <summary>A field that the rule declared.</summary>
    /// <param name="field">The field.</param>
    /// <returns>The text, or an absent one. A JSON integer reads as it stands; other types are absent.</returns>
    /// <exception cref="InvalidOperationException">The rule does not declare the field.</exception>
    public Utf8Text this[EventField field] => _fields.Read(_event, _texts, field);
}
