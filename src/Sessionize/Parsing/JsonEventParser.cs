using System.Buffers;
using System.Text.Unicode;

namespace Sessionize.Parsing;

/// <summary>Reads an event from one JSON object (semantics section 8): the whole record is checked, only the fields that somebody reads are kept.</summary>
/// <remarks>Safe for use by several threads. No exception for bad data, and no string or object an event.</remarks>
public sealed class JsonEventParser : IEventParser
{
    // The fields that are read, in the order in which they are looked at.
    internal const int UserTarget = 0;
    internal const int TimeTarget = 1;
    internal const int PageTarget = 2;
    internal const int IdTarget = 3;
    internal const int FirstRetained = 4;

    private const int StackBytes = 512;
    private const int MaxStackTargets = 32;

    private readonly FieldNode _root;
    private readonly int _targets;
    private readonly TimeFormat _timeFormat;

    /// <summary>Prepares the reading of some fields.</summary>
    /// <param name="options">Where the fields stand, and how times are written.</param>
    /// <param name="retained">The fields beyond page name and event id that are kept, in the order of their slots.</param>
    public JsonEventParser(SessionizationOptions options, EventFields retained)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(retained);
        EventFieldNames names = options.Fields;
        string[] paths = [names.UserId, names.Timestamp, names.PageName, names.EventId, .. retained.Select(field => field.Path)];
        _root = FieldNode.Build(paths);
        _targets = paths.Length;
        _timeFormat = options.TimeFormat;
        Retained = retained;
    }

    /// <summary>How many fields are read: the event's own four, then those that are kept beyond them.</summary>
    internal int Targets => _targets;

    /// <summary>The fields that are read.</summary>
    internal FieldNode Root => _root;

    /// <summary>How times are written.</summary>
    internal TimeFormat TimeFormat => _timeFormat;

    /// <summary>The fields beyond page name and event id that are kept, in the order of their slots.</summary>
    internal EventFields Retained { get; }

    /// <inheritdoc/>
    public BadEventReason Parse(ReadOnlySpan<byte> record, EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Span<FieldValue> values = _targets > MaxStackTargets ? new FieldValue[_targets] : stackalloc FieldValue[MaxStackTargets];
        values = values[.._targets];
        BadEventReason reason = Find(record, values);
        return reason == BadEventReason.None ? Take(record, values, batch) : reason;
    }

    /// <summary>Checks a whole record, and finds where the values of the fields that are read stand in it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="values">One for each of <see cref="Targets"/>.</param>
    internal BadEventReason Find(ReadOnlySpan<byte> record, Span<FieldValue> values)
    {
        if (!Utf8.IsValid(record))
        {
            return BadEventReason.InvalidUtf8;
        }

        values.Clear();
        JsonScanner scanner = new(record);
        return TryReadObject(ref scanner, _root, depth: 1, values) && scanner.TryTakeEnd() ? BadEventReason.None : BadEventReason.MalformedJson;
    }

    /// <summary>What is read in a member of an object, if anything.</summary>
    /// <param name="node">What is read in the object.</param>
    /// <param name="name">The member's name, escapes as they stand.</param>
    internal static FieldNode? FindChild(FieldNode node, ReadOnlySpan<byte> name) =>
        name.Contains((byte)'\\') ? FindEscapedChild(node, name) : node.Find(name);

    /// <summary>Reads an object of which some members are of interest.</summary>
    private static bool TryReadObject(ref JsonScanner scanner, FieldNode node, int depth, scoped Span<FieldValue> values)
    {
        if (depth > JsonScanner.MaxDepth || !scanner.TryTake((byte)'{'))
        {
            return false;
        }

        if (scanner.TryTake((byte)'}'))
        {
            return true;
        }

        do
        {
            if (!scanner.TryTakeString(out ReadOnlySpan<byte> name, out bool hasEscapes) || !scanner.TryTake((byte)':'))
            {
                return false;
            }

            FieldNode? child = hasEscapes ? FindEscapedChild(node, name) : node.Find(name);
            if (!(child is null ? scanner.TrySkipValue(depth + 1) : TryReadMember(ref scanner, child, depth + 1, values)))
            {
                return false;
            }
        }
        while (scanner.TryTake((byte)','));

        return scanner.TryTake((byte)'}');
    }

    private static bool TryReadMember(ref JsonScanner scanner, FieldNode node, int depth, scoped Span<FieldValue> values)
    {
        // Of a repeated field the last counts, of a repeated object the last one whole: what an earlier one gave is gone.
        foreach (int target in node.Covered)
        {
            values[target] = default;
        }

        FieldKind kind = FieldKind.Other;
        byte first = scanner.Peek();
        int start = scanner.Position;
        switch (first)
        {
            case (byte)'"':
                if (!scanner.TryTakeString(out _, out bool hasEscapes))
                {
                    return false;
                }

                Set(node, values, new FieldValue(hasEscapes ? FieldKind.EscapedText : FieldKind.Text, start + 1, scanner.Position - start - 2));
                return true;

            case (byte)'{' when node.HasChildren:
                Set(node, values, new FieldValue(FieldKind.Other, 0, 0));
                return TryReadObject(ref scanner, node, depth, values);

            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                if (!scanner.TryTakeNumber(out bool isInteger))
                {
                    return false;
                }

                kind = isInteger ? FieldKind.Integer : FieldKind.Other;
                break;

            case (byte)'n':
                kind = FieldKind.Absent;
                goto default;

            default:
                if (!scanner.TrySkipValue(depth))
                {
                    return false;
                }

                break;
        }

        Set(node, values, new FieldValue(kind, start, scanner.Position - start));
        return true;
    }

    private static void Set(FieldNode node, scoped Span<FieldValue> values, FieldValue value)
    {
        foreach (int target in node.Targets)
        {
            values[target] = value;
        }
    }

    private static FieldNode? FindEscapedChild(FieldNode node, ReadOnlySpan<byte> name)
    {
        byte[]? rented = name.Length > StackBytes ? ArrayPool<byte>.Shared.Rent(name.Length) : null;
        Span<byte> resolved = rented ?? stackalloc byte[StackBytes];
        FieldNode? child = JsonText.TryUnescape(name, resolved, out int length) ? node.Find(resolved[..length]) : null;
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return child;
    }

    /// <summary>Hands the fields to the batch; of several things that are wrong the first in the order of the reasons.</summary>
    private BadEventReason Take(ReadOnlySpan<byte> record, ReadOnlySpan<FieldValue> values, EventBatch batch)
    {
        int longest = 0;
        foreach (FieldValue value in values)
        {
            longest = value.Kind == FieldKind.EscapedText ? Math.Max(longest, value.Length) : longest;
        }

        byte[]? rented = longest > StackBytes ? ArrayPool<byte>.Shared.Rent(longest) : null;
        Span<byte> scratch = rented ?? stackalloc byte[StackBytes];
        BadEventReason reason = Take(record, values, scratch, batch);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return reason;
    }

    private BadEventReason Take(ReadOnlySpan<byte> record, ReadOnlySpan<FieldValue> values, Span<byte> scratch, EventBatch batch)
    {
        bool hasUser = false;
        BadEventReason timeReason = BadEventReason.MissingTimestamp;
        for (int target = 0; target < values.Length; target++)
        {
            FieldValue value = values[target];
            if (!TryResolve(record, value, scratch, out ReadOnlySpan<byte> text))
            {
                return BadEventReason.InvalidUtf8;
            }

            switch (target)
            {
                case UserTarget:
                    batch.SetUserId(text);
                    hasUser = !text.IsEmpty;
                    break;
                case TimeTarget:
                    timeReason = ReadTime(value, text, out long timestampMs);
                    batch.SetTimestampMs(timestampMs);
                    break;
                case PageTarget:
                    batch.SetPageName(text);
                    break;
                case IdTarget:
                    batch.SetEventId(text);
                    break;
                default:
                    batch.SetField(target - FirstRetained, text);
                    break;
            }
        }

        return hasUser ? timeReason : BadEventReason.MissingUserId;
    }

    private BadEventReason ReadTime(FieldValue value, ReadOnlySpan<byte> text, out long timestampMs)
    {
        timestampMs = 0;
        return value.Kind switch
        {
            FieldKind.Absent => BadEventReason.MissingTimestamp,
            FieldKind.Other => BadEventReason.BadTimestamp,
            FieldKind.Integer => TimestampReader.ReadInteger(text, _timeFormat, out timestampMs),
            _ => TimestampReader.ReadText(text, _timeFormat, out timestampMs),
        };
    }

    /// <summary>The text of a value; empty for a value that is none. An integer is taken as it stands.</summary>
    /// <returns><see langword="false"/> for half a surrogate pair.</returns>
    private static bool TryResolve(ReadOnlySpan<byte> record, FieldValue value, Span<byte> scratch, out ReadOnlySpan<byte> text)
    {
        text = default;
        switch (value.Kind)
        {
            case FieldKind.Text or FieldKind.Integer:
                text = record.Slice(value.Start, value.Length);
                return true;
            case FieldKind.EscapedText:
                bool isValid = JsonText.TryUnescape(record.Slice(value.Start, value.Length), scratch, out int length);
                text = scratch[..length];
                return isValid;
            default:
                return true;
        }
    }
}
