using System.Threading.Channels;

namespace Sessionize.Engine.Batch;

/// <summary>Puts what many threads met in stretches back into the order of the input, and so numbers the lines.</summary>
/// <remarks>Safe for use by several threads.</remarks>
internal sealed class LineOrder(Func<int, string> nameOf, ChannelWriter<List<DeadLetter>> letters, int mostAhead)
{
    private const int LettersAtOnce = 1024;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new();
    private readonly Dictionary<long, (int Partition, StretchLines Lines)> _waiting = [];
    private long _next;
    private int _partition = -1;
    private long _linesBefore;

    /// <summary>Hands in a stretch that is read; waits where too many before it are not.</summary>
    public void Complete(long number, int partition, StretchLines lines, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _waiting.Add(number, (partition, lines));
            while (_waiting.Remove(_next, out (int Partition, StretchLines Lines) first))
            {
                _next++;
                Number(first.Partition, first.Lines, cancellationToken);
                Monitor.PulseAll(_gate);
            }

            // The thread with the first stretch that is not handed in never waits here.
            while (number >= _next + mostAhead)
            {
                Wait(cancellationToken);
            }
        }
    }

    /// <summary>Hands in what was met of a stretch so far, when it is too much to keep; waits until all stretches before it are handed in.</summary>
    public void HandIn(long number, int partition, StretchLines lines, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            while (number > _next)
            {
                Wait(cancellationToken);
            }

            Number(partition, lines, cancellationToken);
        }

        lines.Clear();
    }

    private void Wait(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Monitor.Wait(_gate, s_look);
    }

    private void Number(int partition, StretchLines lines, CancellationToken cancellationToken)
    {
        if (partition != _partition)
        {
            (_partition, _linesBefore) = (partition, 0);
        }

        foreach (BadLine[] bad in lines.Bad.Chunk(LettersAtOnce))
        {
            List<DeadLetter> numbered = [.. bad.Select(line => new DeadLetter(
                nameOf(partition), _linesBefore + line.Line + 1, line.Offset, line.Reason.ToString(), line.Raw, RawTruncated: line.Length > line.Raw.Length))];
            letters.WriteAsync(numbered, cancellationToken).AsTask().GetAwaiter().GetResult();
        }

        _linesBefore += lines.Count;
    }
}
