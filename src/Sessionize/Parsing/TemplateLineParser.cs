using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Sessionize.Parsing;

/// <summary>Reads events from lines at the speed of comparing them with the lines before: see <c>docs/design/0007-template-parser.md</c>.</summary>
/// <remarks>
/// It answers what <see cref="JsonEventParser"/> answers for every line, which is its slow path, and what the tests compare it with.
/// Not thread-safe: one for each thread.
/// </remarks>
internal sealed unsafe class TemplateLineParser
{
    /// <summary>How many bytes behind the end of a block must be readable. Nothing depends on what they are.</summary>
    public const int SlackBytes = 64;

    private readonly JsonEventParser _parser;
    private readonly TimeFormat _timeFormat;
    private readonly int _maxLineBytes;
    private readonly int _retained;
    private readonly TemplateSet _templates;
    private readonly ScratchMemory _scratch = new();

    // Of the slow path. The captures are pinned, for the pointers to them.
    private readonly FieldValue[] _values;
    private readonly Capture[] _captures;
    private readonly nint[] _fields;

    /// <summary>Prepares the reading of lines.</summary>
    /// <param name="parser">Knows the fields and the time format, and reads the lines that are not like others.</param>
    /// <param name="maxLineBytes">The longest line, without its end; a longer one is bad.</param>
    public TemplateLineParser(JsonEventParser parser, int maxLineBytes)
    {
        (_parser, _timeFormat, _maxLineBytes) = (parser, parser.TimeFormat, maxLineBytes);
        _templates = new TemplateSet(parser);
        _retained = parser.Targets - JsonEventParser.FirstRetained;
        _values = new FieldValue[parser.Targets];
        _captures = GC.AllocateArray<Capture>(parser.Targets, pinned: true);
        _fields = GC.AllocateArray<nint>(parser.Targets, pinned: true);
        for (int field = 0; field < _fields.Length; field++)
        {
            _fields[field] = (nint)Unsafe.AsPointer(ref _captures[field]);
        }
    }

    /// <summary>How many lines matched no template, and were left to the parser.</summary>
    internal long LinesUnlikeOthers { get; private set; }

    /// <summary>Takes the next line of a block.</summary>
    /// <param name="line">Where it begins.</param>
    /// <param name="end">The end of the block, behind a line feed; <see cref="SlackBytes"/> more bytes are readable. At most 2 GiB from the line.</param>
    /// <param name="next">Behind the line's line feed.</param>
    /// <param name="parsed">The event; anything when it is none. Its texts are valid until <see cref="ResetScratch"/>, and while the block is.</param>
    /// <param name="reason">Why the line is bad.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal LineKind Next(byte* line, byte* end, out byte* next, ref ParsedEvent parsed, out BadEventReason reason)
    {
        Debug.Assert(line < end && end[-1] == '\n', "A block is whole lines.");
        LineTemplate? template = _templates.Match(line, end, out next);
        if (template is null)
        {
            return NextUnlikeOthers(line, end, out next, ref parsed, out reason);
        }

        long length = next - line - 1;
        if (length > _maxLineBytes && length - (next[-2] == '\r' ? 1 : 0) > _maxLineBytes)
        {
            reason = BadEventReason.LineTooLong;
            return LineKind.Bad;
        }

        reason = Take(template.Fields, ref parsed);
        return reason == BadEventReason.None ? LineKind.Event : LineKind.Bad;
    }

    /// <summary>Takes back the memory of the events so far.</summary>
    internal void ResetScratch() => _scratch.Reset();

    /// <summary>Takes a line by the parser, and learns its shape.</summary>
    private LineKind NextUnlikeOthers(byte* line, byte* end, out byte* next, ref ParsedEvent parsed, out BadEventReason reason)
    {
        LinesUnlikeOthers++;
        ReadOnlySpan<byte> rest = new(line, checked((int)(end - line)));
        ReadOnlySpan<byte> whole = rest[..(rest.IndexOf((byte)'\n') + 1)];
        ReadOnlySpan<byte> record = whole is [.., (byte)'\r', _] ? whole[..^2] : whole[..^1];
        next = line + whole.Length;
        reason = BadEventReason.None;
        if (record.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            return LineKind.Blank;
        }

        reason = record.Length > _maxLineBytes ? BadEventReason.LineTooLong : _parser.Find(record, _values);
        if (reason == BadEventReason.None)
        {
            _templates.Learn(record, whole[record.Length..], _values);
            for (int field = 0; field < _values.Length; field++)
            {
                FieldValue value = _values[field];
                _captures[field].Set(value.Kind, line + value.Start, value.Kind is FieldKind.Absent or FieldKind.Other ? 0 : value.Length);
            }

            reason = Take((Capture**)Unsafe.AsPointer(ref _fields[0]), ref parsed);
        }

        return reason == BadEventReason.None ? LineKind.Event : LineKind.Bad;
    }

    /// <summary>Makes an event of the fields; of several things that are wrong the first in the order of the reasons.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private BadEventReason Take(Capture** fields, ref ParsedEvent parsed)
    {
        (int Chunk, int Used) mark = _scratch.Mark;
        BadEventReason reason = BadEventReason.InvalidUtf8;
        if (TryResolve(fields[JsonEventParser.UserTarget], out parsed.UserId, out parsed.UserIdLength)
            && TryResolve(fields[JsonEventParser.TimeTarget], out byte* time, out int timeLength)
            && TryResolve(fields[JsonEventParser.PageTarget], out parsed.PageName, out parsed.PageNameLength)
            && TryResolve(fields[JsonEventParser.IdTarget], out parsed.EventId, out parsed.EventIdLength)
            && (_retained == 0 || TryResolveRetained(fields + JsonEventParser.FirstRetained, ref parsed)))
        {
            reason = parsed.UserIdLength == 0 ? BadEventReason.MissingUserId
                : ReadTime(fields[JsonEventParser.TimeTarget]->Kind, time, timeLength, out parsed.TimestampMs);
        }

        if (reason != BadEventReason.None)
        {
            // Nobody reads the texts of a bad event, and a file may hold nothing else.
            _scratch.Rewind(mark);
        }

        return reason;
    }

    private bool TryResolveRetained(Capture** fields, ref ParsedEvent parsed)
    {
        ParsedText* texts = (ParsedText*)_scratch.Take(_retained * sizeof(ParsedText));
        parsed.Fields = texts;
        for (int slot = 0; slot < _retained; slot++)
        {
            if (!TryResolve(fields[slot], out texts[slot].Start, out texts[slot].Length))
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryResolve(Capture* field, out byte* text, out int length)
    {
        text = field->Start;
        length = field->Length;
        return field->Kind != FieldKind.EscapedText || TryUnescape(ref text, ref length);
    }

    private bool TryUnescape(ref byte* text, ref int length)
    {
        byte* resolved = _scratch.Take(length);
        bool isValid = JsonText.TryUnescape(new ReadOnlySpan<byte>(text, length), new Span<byte>(resolved, length), out length);
        text = resolved;
        return isValid;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BadEventReason ReadTime(FieldKind kind, byte* text, int length, out long timestampMs)
    {
        if (_timeFormat == TimeFormat.Milliseconds && TimestampReader.TryReadThirteenDigits(text, length, out timestampMs))
        {
            return BadEventReason.None;
        }

        timestampMs = 0;
        return kind switch
        {
            FieldKind.Absent => BadEventReason.MissingTimestamp,
            FieldKind.Other => BadEventReason.BadTimestamp,
            FieldKind.Integer => TimestampReader.ReadInteger(new ReadOnlySpan<byte>(text, length), _timeFormat, out timestampMs),
            _ => TimestampReader.ReadText(new ReadOnlySpan<byte>(text, length), _timeFormat, out timestampMs),
        };
    }
}
