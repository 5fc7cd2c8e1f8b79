using System.Text;
using Sessionize.Parsing;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>Reads blocks of lines by <see cref="TemplateLineParser"/> and, line by line, by <see cref="JsonEventParser"/>, and fails when they differ.</summary>
internal sealed unsafe class LineComparison
{
    private const int EventsAtOnce = 64;

    // What stands behind a block when one is read again and again: bytes that a parser that looks too far would take for something.
    private static readonly byte[][] s_slacks = ["\""u8.ToArray(), "7"u8.ToArray(), "\\"u8.ToArray(), "\n"u8.ToArray(), "}\n{"u8.ToArray(), [0xC3], [0x00], " "u8.ToArray()];

    private readonly JsonEventParser _reference;
    private TemplateLineParser _parser;
    private long _unlikeOthers;
    private readonly EventBatch _batch;
    private readonly int _slots;
    private readonly int _maxLineBytes;
    private readonly List<(ParsedEvent Event, long Line)> _pending = [];
    private int _blocks;

    public LineComparison(SessionizationOptions options, EventFields retained)
    {
        _reference = new JsonEventParser(options, retained);
        _parser = new TemplateLineParser(_reference, options.MaxLineBytes);
        _batch = new EventBatch(retained);
        _slots = retained.Count;
        _maxLineBytes = options.MaxLineBytes;
    }

    /// <summary>How many lines were read.</summary>
    public long Lines { get; private set; }

    /// <summary>How many of them were blank.</summary>
    public long Blank { get; private set; }

    /// <summary>How many matched no template.</summary>
    public long UnlikeOthers => _unlikeOthers + _parser.LinesUnlikeOthers;

    /// <summary>How many there were of each reason.</summary>
    public Dictionary<BadEventReason, long> Reasons { get; } = [];

    /// <summary>Another judge: what it makes of a record must be what both parsers make of it. It reads as <see cref="ReferenceReader"/> does.</summary>
    public Func<byte[], ParsedRecord>? Judge { get; init; }

    /// <summary>Forgets all templates.</summary>
    public void StartAnew()
    {
        _unlikeOthers += _parser.LinesUnlikeOthers;
        _parser = new TemplateLineParser(_reference, _maxLineBytes);
    }

    public void Compare(string block) => Compare(Encoding.UTF8.GetBytes(block));

    /// <summary>Reads a block.</summary>
    /// <param name="block">Lines; a line end is added to the last one if it has none.</param>
    public void Compare(ReadOnlySpan<byte> block)
    {
        int length = block.Length + (block is [.., (byte)'\n'] ? 0 : 1);
        using GuardedMemory memory = new(length + TemplateLineParser.SlackBytes);
        byte* end = memory.Start + length;
        end[-1] = (byte)'\n';
        block.CopyTo(new Span<byte>(memory.Start, length));
        byte[] slack = s_slacks[_blocks++ % s_slacks.Length];
        for (int i = 0; i < TemplateLineParser.SlackBytes; i++)
        {
            end[i] = slack[i % slack.Length];
        }

        for (byte* line = memory.Start; line < end;)
        {
            CompareLine(ref line, end);
        }

        ComparePending();
    }

    private static ReadOnlySpan<byte> Record(ReadOnlySpan<byte> line) => line is [.., (byte)'\r'] ? line[..^1] : line;

    private static string Show(ReadOnlySpan<byte> record) => $"{Encoding.UTF8.GetString(record)}\n({Convert.ToHexString(record)})";

    private void CompareLine(ref byte* line, byte* end)
    {
        int length = new ReadOnlySpan<byte>(line, (int)(end - line)).IndexOf((byte)'\n');
        ReadOnlySpan<byte> record = Record(new ReadOnlySpan<byte>(line, length));
        bool isBlank = record.ToArray().All(b => b is (byte)' ' or (byte)'\t' or (byte)'\r');
        BadEventReason expected = isBlank ? BadEventReason.None : Expect(record);
        LineKind expectedKind = isBlank ? LineKind.Blank : expected == BadEventReason.None ? LineKind.Event : LineKind.Bad;

        ParsedEvent parsed = default;
        LineKind kind = _parser.Next(line, end, out byte* next, ref parsed, out BadEventReason reason);

        if (kind != expectedKind || reason != expected || next != line + length + 1)
        {
            Assert.Fail($"Line {Lines}: {kind}, {reason}, {next - line} bytes instead of {expectedKind}, {expected}, {length + 1}: {Show(record)}");
        }

        if (kind == LineKind.Event)
        {
            _pending.Add((parsed, Lines));
        }

        Count(kind, reason);
        line = next;
        if (_pending.Count == EventsAtOnce)
        {
            ComparePending();
        }
    }

    private BadEventReason Expect(ReadOnlySpan<byte> record)
    {
        if (record.Length > _maxLineBytes)
        {
            return BadEventReason.LineTooLong;
        }

        _batch.AddRecord(new RecordOrigin(Lines), record, _reference);
        BadEventReason reason = _batch.Reason(_batch.Count - 1);
        if (Judge is not null)
        {
            int row = _batch.Count - 1;
            ParsedRecord judged = Judge(record.ToArray());
            ParsedRecord made = reason != BadEventReason.None ? new ParsedRecord(reason) : new ParsedRecord(
                reason, Text(_batch.UserId(row)), _batch.TimestampMs(row), Text(_batch.PageName(row)), Text(_batch.EventId(row)), Text(_batch.Field(row, 0)), Text(_batch.Field(row, 1)));
            Assert.True(judged == made, $"Line {Lines}: {made} instead of {judged}: {Show(record)}");
        }

        return reason;

        static string Text(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);
    }

    /// <summary>The texts are compared as late as they may be used, so that one that did not last is seen.</summary>
    private void ComparePending()
    {
        int row = 0;
        foreach ((ParsedEvent parsed, long line) in _pending)
        {
            while (_batch.Reason(row) != BadEventReason.None)
            {
                row++;
            }

            Assert.True(_batch.TimestampMs(row) == parsed.TimestampMs, $"Line {line}: {parsed.TimestampMs} instead of {_batch.TimestampMs(row)}.");
            CompareText(line, "user", _batch.UserId(row), parsed.UserId, parsed.UserIdLength);
            CompareText(line, "page", _batch.PageName(row), parsed.PageName, parsed.PageNameLength);
            CompareText(line, "event id", _batch.EventId(row), parsed.EventId, parsed.EventIdLength);
            for (int slot = 0; slot < _slots; slot++)
            {
                CompareText(line, $"field {slot}", _batch.Field(row, slot), parsed.Fields[slot].Start, parsed.Fields[slot].Length);
            }

            row++;
        }

        _pending.Clear();
        _batch.Begin("lines");
        _parser.ResetScratch();
    }

    private static void CompareText(long line, string what, ReadOnlySpan<byte> expected, byte* start, int length)
    {
        ReadOnlySpan<byte> text = new(start, length);
        if (!expected.SequenceEqual(text))
        {
            Assert.Fail($"Line {line}, {what}: '{Encoding.UTF8.GetString(text)}' instead of '{Encoding.UTF8.GetString(expected)}'.");
        }
    }

    private void Count(LineKind kind, BadEventReason reason)
    {
        Lines++;
        if (kind == LineKind.Blank)
        {
            Blank++;
        }
        else
        {
            Reasons[reason] = Reasons.GetValueOrDefault(reason) + 1;
        }
    }
}
