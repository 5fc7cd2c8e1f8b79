using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sessionize.Parsing;

/// <summary>Matches lines of one shape: fixed bytes are compared, the values between them are taken and checked.</summary>
/// <remarks>
/// A line that matches is an event's line as good as the one that the template was learned from: exchanging a value of valid JSON for
/// another leaves valid JSON with the same keys, so what the parser found out about these needs no second look. Not thread-safe.
/// </remarks>
internal sealed unsafe class LineTemplate
{
    // Pinned, for the pointers into them.
    private readonly byte[] _segments;
    private readonly TemplateStep[] _steps;
    private readonly Capture[] _captures;
    private readonly nint[] _fields;

    private readonly TemplateStep* _firstStep;
    private readonly Capture* _firstCapture;

    public LineTemplate(LineSkeleton skeleton)
    {
        Skeleton = skeleton;
        int variables = skeleton.Variables.Length;
        _steps = GC.AllocateArray<TemplateStep>(variables + 1, pinned: true);
        _segments = GC.AllocateArray<byte>(((variables + 1) * (ByteVectors.Width + 2)) + skeleton.Bytes.Length, pinned: true);
        _firstStep = (TemplateStep*)Unsafe.AsPointer(ref _steps[0]);
        Compile();

        _captures = GC.AllocateArray<Capture>(variables + 2, pinned: true);
        _captures[variables].Kind = FieldKind.Absent;
        _captures[variables + 1].Kind = FieldKind.Other;
        _firstCapture = (Capture*)Unsafe.AsPointer(ref _captures[0]);
        _fields = GC.AllocateArray<nint>(skeleton.Bindings.Length, pinned: true);
        for (int field = 0; field < _fields.Length; field++)
        {
            int binding = skeleton.Bindings[field];
            _fields[field] = (nint)(_firstCapture + (binding switch { LineSkeleton.Absent => variables, LineSkeleton.Other => variables + 1, _ => binding }));
        }

        AssertInvariants();
    }

    public LineSkeleton Skeleton { get; }

    /// <summary>For each field that is read where it was found in the line that matched last.</summary>
    public Capture** Fields => (Capture**)Unsafe.AsPointer(ref _fields[0]);

    /// <summary>How many lines matched lately.</summary>
    public long Hits { get; set; }

    /// <summary>Takes a line, and sets <see cref="Fields"/>.</summary>
    /// <param name="line">Where it begins.</param>
    /// <param name="end">The end of the block, behind a line feed; what follows can be read, though it is not looked at.</param>
    /// <param name="next">Behind the line feed of the line.</param>
    /// <returns>Whether it matches; if not, the line may be anything.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryMatch(byte* line, byte* end, out byte* next)
    {
        byte* at = line;
        Capture* capture = _firstCapture;
        for (TemplateStep* step = _firstStep; ; step++, capture++)
        {
            byte* segment = step->Segment;
            int length = step->SegmentLength;
            while (length > ByteVectors.Width)
            {
                // Only the last segment ends with a line feed, so equal bytes that are not its last ones lie before the line's end.
                if (ByteVectors.Differences(at, segment) != 0)
                {
                    goto NoMatch;
                }

                at += ByteVectors.Width;
                segment += ByteVectors.Width;
                length -= ByteVectors.Width;
            }

            if ((ByteVectors.Differences(at, segment) & step->LastMask) != 0)
            {
                break;
            }

            at += length;
            if (step->Variable == VariableKind.Text)
            {
                if (!VariableReader.TryTakeText(ref at, capture))
                {
                    break;
                }
            }
            else if (step->Variable == VariableKind.Digits)
            {
                if (!VariableReader.TryTakeDigits(ref at, capture))
                {
                    break;
                }
            }
            else if (step->Variable == VariableKind.End)
            {
                next = at;
                return true;
            }
            else if (!VariableReader.TryTakeAny(ref at, end, step->Depth, capture))
            {
                break;
            }
        }

    NoMatch:
        next = line;
        return false;
    }

    /// <summary>Cuts the shape into segments, and gives the quotes of a text to the segments beside it.</summary>
    private void Compile()
    {
        ReadOnlySpan<byte> rest = Skeleton.Bytes;
        bool isAfterText = false;
        int used = 0;
        for (int i = 0; i < _steps.Length; i++)
        {
            bool isLast = i == _steps.Length - 1;
            VariableKind variable = isLast ? VariableKind.End : Skeleton.Variables[i];
            ReadOnlySpan<byte> between = isLast ? rest : rest[..rest.IndexOf(LineSkeleton.Mark)];
            rest = isLast ? [] : rest[(between.Length + 1)..];

            byte[] segment = [.. isAfterText ? "\""u8 : [], .. between, .. variable == VariableKind.Text ? "\""u8 : []];
            isAfterText = variable == VariableKind.Text;
            segment.CopyTo(_segments.AsSpan(used));
            _steps[i] = new TemplateStep
            {
                Segment = (byte*)Unsafe.AsPointer(ref _segments[used]),
                SegmentLength = segment.Length,
                LastMask = uint.MaxValue >> (-segment.Length & (ByteVectors.Width - 1)),
                Variable = variable,
                Depth = isLast ? 0 : Skeleton.Depths[i],
            };
            used += (segment.Length + ByteVectors.Width - 1) & -ByteVectors.Width;
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        for (int i = 0; i < _steps.Length; i++)
        {
            TemplateStep step = _steps[i];
            bool isLast = i == _steps.Length - 1;
            ReadOnlySpan<byte> segment = new(step.Segment, step.SegmentLength);
            Debug.Assert(segment.Length > 0, "Two values always have something between them.");
            Debug.Assert((step.Variable == VariableKind.End) == isLast, "The end is the last step.");
            Debug.Assert(segment.IndexOf((byte)'\n') == (isLast ? segment.Length - 1 : -1), "The line feed is the last byte, and the only one.");
            Debug.Assert(BitOperations.PopCount(step.LastMask) == ((segment.Length - 1) % ByteVectors.Width) + 1, "The mask has the bytes of the last vector.");
        }

        Debug.Assert(Skeleton.Bindings.All(binding => binding >= LineSkeleton.Other && binding < Skeleton.Variables.Length), "A field is bound to a value of the line.");
    }
}
