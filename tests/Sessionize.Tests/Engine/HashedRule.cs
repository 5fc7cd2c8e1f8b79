using System.Globalization;

namespace Sessionize.Tests.Engine;

/// <summary>A rule whose answers are a hash of all that it is shown: whatever is shown wrongly changes an answer.</summary>
internal sealed class HashedRule(string name, RulePass pass, int seed, int oneIn, bool asksStarts, bool asksEnds, bool asksDeadlines)
    : SessionBoundaryRule(name, pass)
{
    private static readonly EventField s_field = EventField.Of("c");

    public override EventFields Reads => EventField.PageName | EventField.EventId | s_field;

    public override string Parameters => string.Create(CultureInfo.InvariantCulture, $"seed={seed};in={oneIn};{asksStarts};{asksEnds};{asksDeadlines}");

    public override bool StartsNew(in BoundaryContext context) => asksStarts && Hash(context, 1) % (uint)oneIn == 0;

    public override bool EndsWith(in BoundaryContext context) => asksEnds && Hash(context, 2) % (uint)oneIn == 0;

    public override long? DeadlineAfter(in BoundaryContext context)
    {
        uint hash = Hash(context, 3);
        return !asksDeadlines || hash % 3 == 0 ? null : context.Current.TimestampMs + ((hash >> 8) % 20) - 3;
    }

    private uint Hash(in BoundaryContext context, uint question)
    {
        uint hash = Mix((uint)seed, question);
        hash = Mix(hash, (uint)context.Current.TimestampMs);
        hash = Mix(hash, context.Current.PageName);
        hash = Mix(hash, context.Current[EventField.EventId]);
        hash = Mix(hash, context.Current[s_field]);
        hash = Mix(hash, context.HasPrevious ? 1u : 0);
        if (context.HasPrevious)
        {
            hash = Mix(hash, (uint)context.Previous.TimestampMs);
            hash = Mix(hash, context.Previous.PageName);
            hash = Mix(hash, context.Previous[EventField.EventId]);
            hash = Mix(hash, context.Previous[s_field]);
        }

        hash = Mix(hash, (uint)context.Scope.StartMs);
        return Mix(hash, (uint)context.Scope.EventCount);
    }

    private static uint Mix(uint hash, Utf8Text text)
    {
        hash = Mix(hash, text.IsPresent ? (uint)text.Bytes.Length + 1 : 0);
        foreach (byte letter in text.Bytes)
        {
            hash = Mix(hash, letter);
        }

        return hash;
    }

    private static uint Mix(uint hash, uint value) => unchecked(uint.RotateLeft((hash ^ value) * 0x9E3779B1, 13) * 5) + 0x7F4A7C15;
}
