using System.Threading.Channels;

namespace Sessionize.Engine.Batch;

/// <summary>Puts what many threads met in stretches back into the order of the input, and so numbers the lines.</summary>
/// <remarks>Safe for use by several threads.</remarks>
internal sealed class LineOrder(Func<int, string> nameOf, ChannelWriter<List<DeadLetter>> letters, int mostAhead)
{
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
                cancellationToken.ThrowIfCancellationRequested();
                Monitor.Wait(_gate, TimeSpan.FromMilliseconds(100));
            }
        }
    }

    private void Number(int partition, StretchLines lines, CancellationToken cancellationToken)
    {
        if (partition != _partition)
        {
            (_partition, _linesBefore) = (partition, 0);
        }

        if (lines.Bad.Count > 0)
        {
            List<DeadLetter> numbered = new(lines.Bad.Count);
            foreach (BadLine bad in lines.Bad)
            {
                numbered.Add(new DeadLetter(
                    nameOf(partition), _linesBefore + bad.Line + 1, bad.Offset, bad.Reason.ToString(), bad.Raw, RawTruncated: bad.Length > bad.Raw.Length));
            }

            letters.WriteAsync(numbered, cancellationToken).AsTask().GetAwaiter().GetResult();
        }

        _linesBefore += lines.Count;
    }
}
