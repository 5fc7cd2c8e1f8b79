using Sessionize.Engine;

namespace Sessionize.Rules;

/// <summary>Where the fields that one rule declared stand in an event.</summary>
internal sealed class RuleFields
{
    private const int PageNameSlot = -1;
    private const int EventIdSlot = -2;

    private readonly string _rule;
    private readonly EventField[] _declared;
    private readonly int[] _slots;

    public RuleFields(ISessionBoundaryRule rule, EventFields retained)
    {
        _rule = rule.Name;
        _declared = [.. rule.Reads];
        _slots = [.. _declared.Select(field => SlotOf(field, retained))];
    }

    public Utf8Text Read(scoped in RetainedEvent @event, IEventTexts texts, EventField field)
    {
        for (int i = 0; i < _declared.Length; i++)
        {
            if (_declared[i].Equals(field))
            {
                switch (_slots[i])
                {
                    case PageNameSlot:
                        return texts.PageNameOf(@event);
                    case EventIdSlot:
                        return texts.EventIdOf(@event);
                    default:
                        ReadOnlySpan<byte> bytes = FieldTuple.Slot(texts.FieldsOf(@event), _slots[i], out bool isPresent);
                        return isPresent ? new Utf8Text(bytes) : default;
                }
            }
        }

        string name = field.Equals(EventField.PageName) ? "EventField.PageName"
            : field.Equals(EventField.EventId) ? "EventField.EventId" : $"EventField.Of(\"{field.Path}\")";
        throw new InvalidOperationException($"The rule '{_rule}' reads the field {name}, which it does not declare: add it to its property Reads.");
    }

    private static int SlotOf(EventField field, EventFields retained)
    {
        if (field.Equals(EventField.PageName))
        {
            return PageNameSlot;
        }

        if (field.Equals(EventField.EventId))
        {
            return EventIdSlot;
        }

        for (int slot = 0; slot < retained.Count; slot++)
        {
            if (retained[slot].Equals(field))
            {
                return slot;
            }
        }

        throw new InvalidOperationException($"The field '{field}' is not retained.");
    }
}
