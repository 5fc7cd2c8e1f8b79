using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Sessionize.Parsing;

namespace Sessionize.Benchmarks;

/// <summary>The cost of a line, from its bytes to the fields of an event: by templates, and by the parser that is their slow path.</summary>
[MemoryDiagnoser]
public unsafe class ParserBenchmark
{
    private const int Lines = 50_000;
    private const int EventsAtOnce = 64;

    private readonly JsonEventParser _parser = new(new SessionizationOptions(), EventFields.None);
    private readonly EventBatch _batch = new(EventFields.None);
    private TemplateLineParser? _templates;
    private byte* _block;
    private int _length;

    public static IEnumerable<string> Kinds => EventLines.Kinds;

    /// <summary>Gets or sets what the lines are like.</summary>
    [ParamsSource(nameof(Kinds))]
    public string Kind { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        byte[] lines = EventLines.Make(Kind, Lines);
        _length = lines.Length;
        _block = (byte*)NativeMemory.AllocZeroed((nuint)(_length + TemplateLineParser.SlackBytes));
        lines.CopyTo(new Span<byte>(_block, _length));
        _templates = new TemplateLineParser(_parser, maxLineBytes: 1 << 20);
    }

    [GlobalCleanup]
    public void Free() => NativeMemory.Free(_block);

    [Benchmark(Baseline = true, OperationsPerInvoke = Lines)]
    public int Parser()
    {
        ReadOnlySpan<byte> rest = new(_block, _length);
        int lines = 0;
        while (rest.IndexOf((byte)'\n') is var length and >= 0)
        {
            if (lines++ % EventsAtOnce == 0)
            {
                _batch.Begin("benchmark");
            }

            _batch.AddRecord(new RecordOrigin(lines), rest[..length], _parser);
            rest = rest[(length + 1)..];
        }

        return lines;
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public int Templates()
    {
        byte* end = _block + _length;
        ParsedEvent parsed = default;
        int lines = 0;
        for (byte* line = _block; line < end;)
        {
            _templates!.Next(line, end, out line, ref parsed, out _);
            if (++lines % EventsAtOnce == 0)
            {
                _templates.ResetScratch();
            }
        }

        return lines;
    }
}
