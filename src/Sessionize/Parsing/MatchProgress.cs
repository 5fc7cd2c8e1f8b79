using System.Runtime.CompilerServices;

namespace Sessionize.Parsing;

/// <summary>What is known of the line that is being matched: shared by the templates, so that one can go on where another one had to stop.</summary>
internal sealed unsafe class MatchProgress
{
    // Pinned, for the pointers into them. Two captures more, of what the line does not have.
    private readonly Capture[] _captures = GC.AllocateArray<Capture>(TemplateLearner.MaxVariables + 2, pinned: true);
    private readonly nint[] _begins = GC.AllocateArray<nint>(TemplateLearner.MaxVariables + 1, pinned: true);

    public MatchProgress()
    {
        Captures = (Capture*)Unsafe.AsPointer(ref _captures[0]);
        Begins = (byte**)Unsafe.AsPointer(ref _begins[0]);
        CaptureOf(LineSkeleton.Absent)->Kind = FieldKind.Absent;
        CaptureOf(LineSkeleton.Other)->Kind = FieldKind.Other;
    }

    /// <summary>The values, in the order of the line.</summary>
    public Capture* Captures { get; }

    /// <summary>Where each step began.</summary>
    public byte** Begins { get; }

    /// <summary>The place of a value, by its number or another binding of <see cref="LineSkeleton"/>.</summary>
    public Capture* CaptureOf(int binding) => Captures + binding switch
    {
        LineSkeleton.Absent => TemplateLearner.MaxVariables,
        LineSkeleton.Other => TemplateLearner.MaxVariables + 1,
        _ => binding,
    };
}
