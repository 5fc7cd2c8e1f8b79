using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sessionize.Parsing;

/// <summary>The shapes that lines had lately, at most <see cref="Capacity"/> of them. Not thread-safe.</summary>
/// <param name="parser">Knows which fields are read.</param>
internal sealed unsafe class TemplateSet(JsonEventParser parser)
{
    public const int Capacity = 32;

    // Free-form objects, such as properties of an event, have too many shapes to learn them all.
    private const int ExactShapesOfOneLooseShape = 4;

    // Learning costs as much as parsing a few dozen lines. The first shapes are learned at once; later ones wait, and the longer the more
    // of them served no line: a file in which no line is like another pays next to nothing for templates that never match.
    private const int LearnedAtOnce = 2 * Capacity;
    private const int LeastMissesBetween = 64;
    private const int MostMissesBetween = 1024;

    // For the same reason, after so many misses in a row only every fourth line is tried.
    private const int MissesUntilTriedLess = 32;
    private const int TriedLess = 4;

    private readonly TemplateLearner _learner = new(parser);
    private readonly MatchProgress _progress = new();
    private readonly LineTemplate[] _templates = new LineTemplate[Capacity];
    private readonly Relation[] _relations = new Relation[Capacity * Capacity];

    // Last used first: a line is most often like the one before it.
    private readonly byte[] _order = new byte[Capacity];
    private int _count;

    private uint _missesInARow;
    private int _learned;
    private int _missesToWait;
    private int _missesBetween = LeastMissesBetween;

    /// <summary>Takes a line by the template that it matches.</summary>
    /// <returns>The template, or <see langword="null"/>: the line may still be any line.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public LineTemplate? Match(byte* line, byte* end, out byte* next)
    {
        next = null;
        if (_count == 0)
        {
            return null;
        }

        if (_missesInARow >= MissesUntilTriedLess && _missesInARow % TriedLess != 0)
        {
            _missesInARow++;
            return null;
        }

        LineTemplate first = _templates[_order[0]];
        int failed = first.Match(line, end, 0, _progress, out next);
        if (failed >= 0)
        {
            return MatchOthers(end, failed, out next);
        }

        _missesInARow = 0;
        first.Hits++;
        return first;
    }

    /// <summary>Learns the shape of a line that matched nothing, if it is time to.</summary>
    public void Learn(ReadOnlySpan<byte> record, ReadOnlySpan<byte> lineEnd, ReadOnlySpan<FieldValue> values)
    {
        if (!Vector128.IsHardwareAccelerated)
        {
            // Byte by byte the templates take five times as long as the parser.
            return;
        }

        if (_missesToWait > 0)
        {
            _missesToWait--;
            return;
        }

        _missesToWait = ++_learned < LearnedAtOnce ? 0 : _missesBetween;
        if (_learner.Learn(record, lineEnd, values, isLoose: false) is not { } exact || _learner.Learn(record, lineEnd, values, isLoose: true) is not { } loose)
        {
            return;
        }

        LineSkeleton skeleton = ExactShapesOf(loose) < ExactShapesOfOneLooseShape ? exact : loose;
        for (int slot = 0; slot < _count; slot++)
        {
            if (_templates[slot].Skeleton.Bytes.AsSpan().SequenceEqual(skeleton.Bytes))
            {
                // The same keys, another kind of value: a field that is text here and null there must not take a template for each combination.
                Set(slot, new LineTemplate(_templates[slot].Skeleton.Join(skeleton), loose, _progress) { Hits = _templates[slot].Hits });
                return;
            }
        }

        if (_count < Capacity)
        {
            _order[_count] = (byte)_count;
            _count++;
            Set(_count - 1, new LineTemplate(skeleton, loose, _progress));
            return;
        }

        Set(FreeSlot(), new LineTemplate(skeleton, loose, _progress));
    }

    /// <summary>Tries the templates behind the first one.</summary>
    /// <param name="end">The end of the block.</param>
    /// <param name="failed">The step in which the first one failed.</param>
    /// <param name="next">Behind the line.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private LineTemplate? MatchOthers(byte* end, int failed, out byte* next)
    {
        int tried = _order[0];
        for (int i = 1; i < _count; i++)
        {
            // What was tried last matched in all steps before the failed one. A template that has the failed step as well fails there, too; one
            // that differs from it earlier fails there, unless both can match; so what is left begins with steps that need not be repeated.
            int slot = _order[i];
            Relation relation = _relations[(tried * Capacity) + slot];
            if (relation.CommonSteps > failed || (relation.CommonSteps < failed && !relation.MayBothMatch))
            {
                continue;
            }

            tried = slot;
            failed = _templates[slot].Match(_progress.Begins[relation.CommonSteps], end, relation.CommonSteps, _progress, out next);
            if (failed < 0)
            {
                _missesInARow = 0;
                _templates[slot].Hits++;
                if (!_templates[slot].IsLoose)
                {
                    _order.AsSpan(0, i).CopyTo(_order.AsSpan(1));
                    _order[0] = (byte)slot;
                }

                return _templates[slot];
            }
        }

        _missesInARow++;
        next = null;
        return null;
    }

    private int ExactShapesOf(LineSkeleton loose)
    {
        int shapes = 0;
        for (int slot = 0; slot < _count; slot++)
        {
            shapes += !_templates[slot].IsLoose && _templates[slot].LooseBytes.AsSpan().SequenceEqual(loose.Bytes) ? 1 : 0;
        }

        return shapes;
    }

    private void Set(int slot, LineTemplate template)
    {
        _templates[slot] = template;
        if (template.IsLoose)
        {
            // Behind the exact ones, which are faster and would never be tried again.
            int place = Array.IndexOf(_order, (byte)slot, 0, _count);
            _order.AsSpan((place + 1)..(_count)).CopyTo(_order.AsSpan(place));
            _order[_count - 1] = (byte)slot;
        }

        for (int other = 0; other < _count; other++)
        {
            if (other != slot)
            {
                int common = template.CommonSteps(_templates[other], out bool mayBothMatch);
                _relations[(slot * Capacity) + other] = _relations[(other * Capacity) + slot] = new Relation(common, mayBothMatch);
            }
        }
    }

    /// <summary>Gives up the template that the fewest lines matched: never the one that most do. What was long ago counts less each time.</summary>
    private int FreeSlot()
    {
        int least = 0;
        for (int slot = 1; slot < _count; slot++)
        {
            least = _templates[slot].Hits < _templates[least].Hits ? slot : least;
        }

        _missesBetween = _templates[least].Hits > 0 ? LeastMissesBetween : Math.Min(_missesBetween * 2, MostMissesBetween);
        foreach (LineTemplate template in _templates)
        {
            template.Hits >>= 1;
        }

        return least;
    }

    /// <summary>How two templates are related.</summary>
    private readonly record struct Relation(int CommonSteps, bool MayBothMatch);
}
