using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Sessionize.Sources.Files;

/// <summary>Gives out the lines of all inputs in stretches, to threads that read them at once.</summary>
/// <remarks>
/// A plain file is read by all threads, each at its own place. What is compressed, or comes through a pipe, is decoded by one thread
/// ahead of the others. Safe for use by several threads.
/// </remarks>
internal sealed class LineInputs
{
    /// <summary>Stretches are small enough for all threads to have work to the end, and large enough not to be felt.</summary>
    public const long DefaultStretchBytes = 4 * 1024 * 1024;

    private const int BlocksAhead = 8;

    private readonly IReadOnlyList<InputFile> _files;
    private readonly int _threads;
    private readonly int _maxLineBytes;
    private readonly Action<long> _onRead;
    private readonly Lock _claims = new();
    private readonly ConcurrentBag<LineBlock> _free = [];
    private readonly CancellationToken _stop;
    private readonly long _stretchBytes;
    private int _input;
    private long _next;
    private long _stretches;
    private DecodedLines? _decoded;

    /// <param name="files">The inputs, in order.</param>
    /// <param name="threads">How many threads will read.</param>
    /// <param name="maxLineBytes">The longest line, without its end.</param>
    /// <param name="onRead">Is told how many bytes were read; by several threads.</param>
    /// <param name="stop">Ends the decoding, and the waiting for it.</param>
    /// <param name="stretchBytes">How long stretches of files are.</param>
    public LineInputs(
        IReadOnlyList<InputFile> files, int threads, int maxLineBytes, Action<long> onRead, CancellationToken stop, long stretchBytes = DefaultStretchBytes)
    {
        (_files, _threads, _maxLineBytes, _onRead, _stop, _stretchBytes) = (files, threads, maxLineBytes, onRead, stop, stretchBytes);
    }

    /// <summary>Takes the next stretch; waits until it is decoded.</summary>
    /// <returns>The stretch, or <see langword="null"/> at the end.</returns>
    /// <exception cref="SessionizeException">An input fails.</exception>
    public LineStretch? TakeNext()
    {
        lock (_claims)
        {
            for (; _input < _files.Count; _input++)
            {
                InputFile file = _files[_input];
                if (!file.IsPlain)
                {
                    _decoded ??= new DecodedLines(file, _maxLineBytes, BlocksAhead + _threads, _free, _onRead, _stop);
                    if (_decoded.TakeNext() is { } block)
                    {
                        return new LineStretch(_stretches++, _input, block);
                    }

                    _decoded = null;
                    continue;
                }

                long length = file.Length!.Value;
                if (_next < length)
                {
                    long start = _next;
                    _next = Math.Min(start + _stretchBytes, length);
                    return new LineStretch(_stretches++, _input, null, start, _next);
                }

                _next = 0;
            }

            return null;
        }
    }

    /// <summary>Reads a stretch of a file.</summary>
    public IEnumerable<LineBlock> Read(LineStretch stretch, LineBlock into)
    {
        if (stretch.Block is { } block)
        {
            yield return block;
            yield break;
        }

        InputFile file = _files[stretch.Partition];
        using SafeFileHandle handle = file.OpenHandle();
        long position = Math.Max(stretch.Start - 1, 0);
        LineBlockReader reader = new(Read, file.Name, _maxLineBytes, stretch.Start, stretch.End);
        while (reader.TryRead(into))
        {
            yield return into;
        }

        int Read(Span<byte> to)
        {
            int read;
            try
            {
                read = RandomAccess.Read(handle, to, position);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new SessionizeException($"Cannot read '{file.Name}' at byte {position}: {failure.Message}", failure);
            }

            if (read == 0 && position < stretch.End)
            {
                throw new SessionizeException(
                    $"'{file.Name}' became shorter while it was read: it ends at byte {position}, and had {file.Length} bytes. Let nobody write to it meanwhile.");
            }

            // What two stretches read twice, where they meet, is counted once.
            _onRead(Math.Max(Math.Min(position + read, stretch.End) - Math.Max(position, stretch.Start), 0));
            position += read;
            return read;
        }
    }

    /// <summary>Gives a stretch's block back.</summary>
    public void Return(LineStretch stretch)
    {
        if (stretch.Block is { } block)
        {
            _free.Add(block);
        }
    }
}
