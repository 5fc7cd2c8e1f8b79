using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sessionize.Parsing;

/// <summary>Matches lines of one shape: fixed bytes are compared, the values between them are taken and checked.</summary>
/// <remarks>
/// A line that matches is as good as the one that the template was learned from: exchanging a value of valid JSON for another leaves valid
/// JSON with the same keys, so what the parser found out about these needs no second look. Not thread-safe.
/// </remarks>
internal sealed unsafe class LineTemplate
{
    // Pinned, for the pointers into them.
    private readonly byte[] _segments;
    private readonly TemplateStep[] _steps;
    private readonly nint[] _fields;

    private readonly TemplateStep* _firstStep;

    /// <summary>Makes a template of a shape.</summary>
    /// <param name="skeleton">The shape.</param>
    /// <param name="loose">The same shape with whole objects for values.</param>
    /// <param name="progress">Where the values of a line are kept while it is matched, by this template or another.</param>
    public LineTemplate(LineSkeleton skeleton, LineSkeleton loose, MatchProgress progress)
    {
        Skeleton = skeleton;
        LooseBytes = loose.Bytes;
        IsLoose = skeleton.Variables.Contains(VariableKind.AnyUnread);
        int steps = skeleton.Variables.Length + 1;
        _steps = GC.AllocateArray<TemplateStep>(steps, pinned: true);
        _segments = GC.AllocateArray<byte>((steps * (ByteVectors.Width + 2)) + skeleton.Bytes.Length, pinned: true);
        _firstStep = (TemplateStep*)Unsafe.AsPointer(ref _steps[0]);
        Compile();

        _fields = GC.AllocateArray<nint>(skeleton.Bindings.Length, pinned: true);
        Fields = (Capture**)Unsafe.AsPointer(ref _fields[0]);
        for (int field = 0; field < _fields.Length; field++)
        {
            _fields[field] = (nint)progress.CaptureOf(skeleton.Bindings[field]);
        }

        AssertInvariants();
    }

    public LineSkeleton Skeleton { get; }

    /// <summary>For each field that is read where its value is kept after a match.</summary>
    public Capture** Fields { get; }

    /// <summary>The shape's bytes with whole objects for values: what tells that shapes differ in such objects only.</summary>
    public byte[] LooseBytes { get; }

    /// <summary>Whether it takes whole objects for values: slower, so it is for the lines that no other template takes.</summary>
    public bool IsLoose { get; }

    /// <summary>How many lines matched lately.</summary>
    public long Hits { get; set; }

    private ReadOnlySpan<TemplateStep> Steps => _steps;

    /// <summary>Takes a line, or the rest of one whose start was matched by a template that starts with the same steps.</summary>
    /// <param name="at">Where the step begins in the line.</param>
    /// <param name="end">The end of the block, behind a line feed; what follows can be read, though it is not looked at.</param>
    /// <param name="step">The first step that is not matched yet.</param>
    /// <param name="progress">Gets the values, and where each step began.</param>
    /// <param name="next">Behind the line feed of the line.</param>
    /// <returns>The number of the step that did not match, or -1: the line is matched.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Match(byte* at, byte* end, int step, MatchProgress progress, out byte* next)
    {
        TemplateStep* current = _firstStep + step;
        Capture* capture = progress.Captures + step;
        byte** begin = progress.Begins + step;
        for (; ; current++, capture++, begin++)
        {
            *begin = at;
            byte* segment = current->Segment;
            int length = current->SegmentLength;
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

            if ((ByteVectors.Differences(at, segment) & current->LastMask) != 0)
            {
                break;
            }

            at += length;
            if (current->Variable == VariableKind.Text)
            {
                at = VariableReader.TakeText(at, capture);
            }
            else if (current->Variable == VariableKind.Digits)
            {
                at = VariableReader.TakeDigits(at, capture);
            }
            else if (current->Variable == VariableKind.End)
            {
                next = at;
                return -1;
            }
            else
            {
                at = VariableReader.TakeAny(at, end, current, capture);
            }

            if (at == null)
            {
                break;
            }
        }

    NoMatch:
        next = null;
        return (int)(current - _firstStep);
    }

    /// <summary>Compares with another template.</summary>
    /// <param name="other">The other.</param>
    /// <param name="mayBothMatch">Whether a line can match both in the first step that differs.</param>
    /// <returns>With how many equal steps both begin.</returns>
    public int CommonSteps(LineTemplate other, out bool mayBothMatch)
    {
        ReadOnlySpan<TemplateStep> steps = Steps, others = other.Steps;
        int common = 0;
        while (common < steps.Length && common < others.Length && Segment(steps[common]).SequenceEqual(Segment(others[common]))
            && steps[common].Variable == others[common].Variable)
        {
            common++;
        }

        mayBothMatch = common < steps.Length && common < others.Length
            && (Segment(steps[common]).StartsWith(Segment(others[common])) || Segment(others[common]).StartsWith(Segment(steps[common])));
        return common;
    }

    private static ReadOnlySpan<byte> Segment(in TemplateStep step) => new(step.Segment, step.SegmentLength);

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
            ReadOnlySpan<byte> segment = Segment(step);
            Debug.Assert(segment.Length > 0, "Two values always have something between them.");
            Debug.Assert((step.Variable == VariableKind.End) == isLast, "The end is the last step.");
            Debug.Assert(segment.IndexOf((byte)'\n') == (isLast ? segment.Length - 1 : -1), "The line feed is the last byte, and the only one.");
            Debug.Assert(BitOperations.PopCount(step.LastMask) == ((segment.Length - 1) % ByteVectors.Width) + 1, "The mask has the bytes of the last vector.");
        }

        Debug.Assert(Skeleton.Bindings.All(binding => binding >= LineSkeleton.Other && binding < Skeleton.Variables.Length), "A field is bound to a value of the line.");
    }
}
