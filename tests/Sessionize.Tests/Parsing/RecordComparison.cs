using System.Text;
using Sessionize.Parsing;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>Adds records to two batches, by <see cref="RecordReader"/> and by the parser, and fails when these differ.</summary>
internal sealed class RecordComparison
{
    private readonly JsonEventParser _parser;
    private readonly RecordReader _reader;
    private readonly EventBatch _expected;
    private readonly EventBatch _actual;
    private readonly int _slots;

    public RecordComparison(EventFields retained)
    {
        _parser = new JsonEventParser(new SessionizationOptions(), retained);
        _reader = new RecordReader(_parser);
        _expected = new EventBatch(retained);
        _actual = new EventBatch(retained);
        _slots = retained.Count;
    }

    public int Events { get; private set; }

    public int Bad { get; private set; }

    /// <summary>Adds records to one batch, and compares when all are in it: by then its bytes have moved.</summary>
    public void Compare(IEnumerable<byte[]> records)
    {
        byte[][] all = [.. records];
        _expected.Begin("records");
        _actual.Begin("records");
        foreach ((int position, byte[] record) in all.Index())
        {
            _expected.AddRecord(new RecordOrigin(position), record, _parser);
            _reader.Add(_actual, new RecordOrigin(position), record);
        }

        Assert.Equal((_expected.Count, _expected.Next), (_actual.Count, _actual.Next));
        foreach ((int row, byte[] record) in all.Index())
        {
            Compare(row, record);
        }
    }

    private void Compare(int row, byte[] record)
    {
        string shown = $"{Encoding.UTF8.GetString(record)}\n({Convert.ToHexString(record)})";
        Assert.True(_expected.Reason(row) == _actual.Reason(row), $"{_actual.Reason(row)} instead of {_expected.Reason(row)}: {shown}");
        Assert.Equal(_expected.Origin(row), _actual.Origin(row));
        DeadLetter letter = _actual.ToDeadLetter(row, "x");
        Assert.True(letter.Raw.Span.SequenceEqual(record.AsSpan(0, Math.Min(record.Length, DeadLetter.MaxRawBytes))), shown);
        Assert.Equal(record.Length > DeadLetter.MaxRawBytes, letter.RawTruncated);
        if (_expected.Reason(row) != BadEventReason.None)
        {
            Bad++;
            return;
        }

        Events++;
        Assert.True(_expected.TimestampMs(row) == _actual.TimestampMs(row), shown);
        CompareText(_expected.UserId(row), _actual.UserId(row), shown);
        CompareText(_expected.PageName(row), _actual.PageName(row), shown);
        CompareText(_expected.EventId(row), _actual.EventId(row), shown);
        for (int slot = 0; slot < _slots; slot++)
        {
            CompareText(_expected.Field(row, slot), _actual.Field(row, slot), shown);
        }
    }

    private static void CompareText(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string shown)
    {
        if (!expected.SequenceEqual(actual))
        {
            Assert.Fail($"'{Encoding.UTF8.GetString(actual)}' instead of '{Encoding.UTF8.GetString(expected)}': {shown}");
        }
    }
}
