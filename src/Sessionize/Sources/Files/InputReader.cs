using System.IO.Pipelines;

namespace Sessionize.Sources.Files;

/// <summary>An input that is read and decompressed ahead, on a thread of the pool, into a pipe.</summary>
internal sealed class InputReader : IAsyncDisposable
{
    private const int BytesAtOnce = 64 * 1024;
    private const int BytesAhead = 1024 * 1024;

    private readonly InputFile _file;
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: BytesAhead, resumeWriterThreshold: BytesAhead / 2, minimumSegmentSize: BytesAtOnce, useSynchronizationContext: false));

    private readonly Task _pump;

    public InputReader(InputFile file, Action<long> onRead)
    {
        _file = file;
        Lines = new LineReader(_pipe.Reader, file.Name);
        _pump = Task.Run(() => PumpAsync(onRead));
    }

    public LineReader Lines { get; }

    public async ValueTask DisposeAsync()
    {
        await _pipe.Reader.CompleteAsync().ConfigureAwait(false);
        if (_file.Length is not null)
        {
            // Nothing interrupts a thread that waits at a pipe; it ends with the process.
            await _pump.ConfigureAwait(false);
        }
    }

    private async Task PumpAsync(Action<long> onRead)
    {
        Exception? failure = null;
        try
        {
            using Stream stream = _file.Open();
            using StoredBytes stored = new(stream, _file.Name, onRead);
            using IInputDecoder decoder = InputDecoding.Start(stored);
            FlushResult flushed;
            do
            {
                int read = decoder.Read(_pipe.Writer.GetSpan(BytesAtOnce));
                if (read == 0)
                {
                    break;
                }

                _pipe.Writer.Advance(read);
                flushed = await _pipe.Writer.FlushAsync().ConfigureAwait(false);
            }
            while (!flushed.IsCompleted);
        }
        catch (Exception caught)
        {
            // Whatever it was, the reading side throws it.
            failure = caught;
        }

        await _pipe.Writer.CompleteAsync(failure).ConfigureAwait(false);
    }
}
