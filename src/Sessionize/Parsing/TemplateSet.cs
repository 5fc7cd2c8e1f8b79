using System.Runtime.CompilerServices;

namespace Sessionize.Parsing;

/// <summary>The shapes that lines had lately, at most <see cref="Capacity"/> of them. Not thread-safe.</summary>
internal sealed unsafe class TemplateSet
{
    public const int Capacity = 8;

    // Learning costs as much as parsing a few lines. The first shapes are learned at once; later ones wait, so that a file in which no line
    // is like another pays next to nothing for templates that never match.
    private const int LearnedAtOnce = 4 * Capacity;
    private const int MissesBetween = 64;

    // Last used first: a line is most often like the one before it.
    private readonly LineTemplate[] _templates = new LineTemplate[Capacity];
    private int _count;
    private int _learned;
    private int _missesToWait;

    /// <summary>Takes a line by the template that it matches.</summary>
    /// <returns>The template, or <see langword="null"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public LineTemplate? Match(byte* line, byte* end, out byte* next)
    {
        LineTemplate[] templates = _templates;
        for (int i = 0; i < _count; i++)
        {
            LineTemplate template = templates[i];
            if (template.TryMatch(line, end, out next))
            {
                template.Hits++;
                if (i > 0)
                {
                    Array.Copy(templates, 0, templates, 1, i);
                    templates[0] = template;
                }

                return template;
            }
        }

        next = line;
        return null;
    }

    /// <summary>Learns the shape of a line that matched nothing, if it is time to.</summary>
    public void Learn(ReadOnlySpan<byte> record, ReadOnlySpan<byte> lineEnd, ReadOnlySpan<FieldValue> values)
    {
        if (_missesToWait > 0)
        {
            _missesToWait--;
            return;
        }

        _missesToWait = ++_learned < LearnedAtOnce ? 0 : MissesBetween;
        if (TemplateLearner.Learn(record, lineEnd, values) is not { } skeleton)
        {
            return;
        }

        for (int i = 0; i < _count; i++)
        {
            if (_templates[i].Skeleton.Bytes.AsSpan().SequenceEqual(skeleton.Bytes))
            {
                // The same keys, another kind of value: a field that is text here and null there must not take a template for each combination.
                _templates[i] = new LineTemplate(_templates[i].Skeleton.Join(skeleton)) { Hits = _templates[i].Hits };
                return;
            }
        }

        if (_count < Capacity)
        {
            _templates[_count++] = new LineTemplate(skeleton);
            return;
        }

        _templates[LeastUsed()] = new LineTemplate(skeleton);
    }

    /// <summary>The template that the fewest lines matched; what was long ago counts less each time.</summary>
    private int LeastUsed()
    {
        int least = 0;
        for (int i = 1; i < _count; i++)
        {
            least = _templates[i].Hits < _templates[least].Hits ? i : least;
        }

        foreach (LineTemplate template in _templates)
        {
            template.Hits >>= 1;
        }

        return least;
    }
}
