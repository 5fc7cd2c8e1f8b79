using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Sessionize.Sources.Files;

/// <summary>An input that one thread decodes, some blocks of lines ahead of those who take them.</summary>
/// <remarks>Blocks are taken by one thread at a time; they may be given back by any.</remarks>
internal sealed class DecodedLines
{
    private readonly BlockingCollection<LineBlock> _ready;
    private readonly ConcurrentBag<LineBlock> _free;
    private readonly CancellationToken _stop;
    private ExceptionDispatchInfo? _failure;

    /// <param name="file">The input.</param>
    /// <param name="maxLineBytes">The longest line, without its end.</param>
    /// <param name="blocksAhead">How many blocks are kept ready.</param>
    /// <param name="free">Blocks that can be filled.</param>
    /// <param name="onRead">Is told how many bytes were read, as they are stored.</param>
    /// <param name="stop">Ends the decoding, and the waiting for it.</param>
    public DecodedLines(
        InputFile file, int maxLineBytes, int blocksAhead, ConcurrentBag<LineBlock> free, Action<long> onRead, CancellationToken stop)
    {
        (_free, _stop) = (free, stop);
        _ready = new BlockingCollection<LineBlock>(blocksAhead);

        // Nothing interrupts a thread that waits at a pipe; it ends with the process.
        new Thread(() => Decode(file, maxLineBytes, onRead)) { IsBackground = true, Name = "Sessionize decoder" }.Start();
    }

    /// <summary>Takes the next block; waits until it is decoded.</summary>
    /// <returns>The block, or <see langword="null"/> at the end.</returns>
    /// <exception cref="SessionizeException">The input fails.</exception>
    /// <exception cref="OperationCanceledException">The run is stopped.</exception>
    public LineBlock? TakeNext()
    {
        if (_ready.TryTake(out LineBlock? block, Timeout.Infinite, _stop))
        {
            return block;
        }

        _failure?.Throw();
        return null;
    }

    private void Decode(InputFile file, int maxLineBytes, Action<long> onRead)
    {
        try
        {
            using Stream stream = file.Open();
            using StoredBytes stored = new(stream, file.Name, onRead);
            using IInputDecoder decoder = InputDecoding.Start(stored);
            LineBlockReader reader = new(decoder.Read, file.Name, maxLineBytes);
            while (true)
            {
                LineBlock block = _free.TryTake(out LineBlock? used) ? used : new LineBlock();
                if (!reader.TryRead(block))
                {
                    break;
                }

                _ready.Add(block, _stop);
            }
        }
        catch (Exception failure)
        {
            // Whatever it was, the reading side throws it.
            _failure = ExceptionDispatchInfo.Capture(failure);
        }

        _ready.CompleteAdding();
    }
}
