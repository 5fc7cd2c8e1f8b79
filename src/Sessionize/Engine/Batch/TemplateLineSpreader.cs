using Sessionize.Parsing;
using Sessionize.Sources.Files;

namespace Sessionize.Engine.Batch;

/// <summary>Spreads JSON lines: from the bytes in the block straight to the cells.</summary>
internal sealed unsafe class TemplateLineSpreader(JsonEventParser parser, int maxLineBytes, Spreader spreader) : ILineSpreader
{
    private readonly TemplateLineParser _parser = new(parser, maxLineBytes);

    public void Spread(LineBlock block, int partition, long narrowStart, StretchLines lines)
    {
        byte* start = block.Start;
        byte* end = start + block.Length;
        long count = 0;
        for (byte* line = start; line < end;)
        {
            LineKind kind = _parser.Next(line, end, out byte* next, ref spreader.Slot, out BadEventReason reason);
            long offset = block.Offset + (line - start);
            if (kind == LineKind.Event)
            {
                if (spreader.Take(partition, offset, narrowStart < 0 ? -1 : narrowStart + offset))
                {
                    Flush();
                }
            }
            else if (kind == LineKind.Bad)
            {
                ReadOnlySpan<byte> record = new(line, (int)(next - line) - 1);
                record = record is [.., (byte)'\r'] ? record[..^1] : record;
                lines.Count += count;
                lines.AddBad(offset, reason, record, record.Length);
                count = 0;
            }

            count++;
            line = next;
        }

        lines.Count += count;
        Flush();

        // Its bytes do not move, but only as long as somebody refers to it.
        GC.KeepAlive(block);
    }

    private void Flush()
    {
        spreader.Flush();
        _parser.ResetScratch();
    }
}
