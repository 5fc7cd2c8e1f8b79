using Sessionize.Sources.Files;

namespace Sessionize.Engine.Batch;

/// <summary>Spreads lines that a host's own parser reads.</summary>
internal sealed class CustomLineSpreader(IEventParser parser, EventFields retained, int maxLineBytes, Spreader spreader) : ILineSpreader
{
    private const int BatchBytes = 1024 * 1024;

    private readonly EventBatch _batch = new(retained);

    public void Spread(LineBlock block, int partition, long narrowStart, StretchLines lines)
    {
        _batch.Begin("");
        ReadOnlySpan<byte> rest = block.Bytes;
        long offset = block.Offset;
        while (!rest.IsEmpty)
        {
            int length = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = rest[..length];
            line = line is [.., (byte)'\r'] ? line[..^1] : line;
            Take(line, offset, lines);
            lines.Count++;
            rest = rest[(length + 1)..];
            offset += length + 1;
            if (_batch.Bytes > BatchBytes)
            {
                spreader.Take(_batch, partition);
                _batch.Begin("");
            }
        }

        spreader.Take(_batch, partition);
    }

    private void Take(ReadOnlySpan<byte> line, long offset, StretchLines lines)
    {
        if (line.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            return;
        }

        if (line.Length > maxLineBytes)
        {
            lines.AddBad(offset, BadEventReason.LineTooLong, line, line.Length);
            return;
        }

        _batch.AddRecord(new RecordOrigin(offset, offset), line, parser);
        if (_batch.Reason(_batch.Count - 1) is var reason and not BadEventReason.None)
        {
            lines.AddBad(offset, reason, line, line.Length);
        }
    }
}
