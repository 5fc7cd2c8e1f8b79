using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Sessionize.Sources.Files;

namespace Sessionize.Engine.Batch;

/// <summary>The places of events that were read from files by their lines.</summary>
internal sealed class FileEventPlaces : IEventPlaces, IDisposable
{
    // Each file in which a line is read again stays open to the end of the run.
    private const int MostReopenedFiles = 512;
    private const int BytesAtOnce = 4096;

    private readonly IReadOnlyList<InputFile> _files;
    private readonly IEventParser _parser;
    private readonly ConcurrentDictionary<int, Lazy<SafeFileHandle>> _handles = [];
    private readonly ConcurrentBag<Reading> _readings = [];
    private readonly long[] _starts;
    private readonly bool _areNarrow;

    /// <param name="files">The inputs, in order.</param>
    /// <param name="parser">Reads a line.</param>
    /// <param name="rules">Say whether an event can do without its id and fields.</param>
    public FileEventPlaces(IReadOnlyList<InputFile> files, IEventParser parser, Rules.RuleSet rules)
    {
        (_files, _parser) = (files, parser);
        _starts = new long[files.Count];
        long start = 0;
        for (int i = 0; i < files.Count; i++)
        {
            _starts[i] = start;
            start += files[i].Length ?? 0;
        }

        _areNarrow = !rules.ReadEventIds && rules.Retained.Count == 0 && files.Count <= MostReopenedFiles && start <= NarrowEvent.EndOfPositions;
    }

    /// <summary>Where an input starts, counted through all inputs; -1 when its events have to be kept as wide ones.</summary>
    public long NarrowStart(int partition) => _areNarrow && _files[partition].IsPlain ? _starts[partition] : -1;

    public (int Partition, long Position) Locate(long narrowPosition)
    {
        if (_starts.Length == 1)
        {
            return (0, narrowPosition);
        }

        int found = Array.BinarySearch(_starts, narrowPosition);
        int partition = found < 0 ? ~found - 1 : found;
        while (partition + 1 < _starts.Length && _starts[partition + 1] == narrowPosition)
        {
            // Of several inputs that start there, all but the last are empty.
            partition++;
        }

        return (partition, narrowPosition - _starts[partition]);
    }

    public byte[] ReadEventId(int partition, long position)
    {
        InputFile file = _files[partition];
        SafeFileHandle handle = _handles.GetOrAdd(partition, _ => new Lazy<SafeFileHandle>(file.OpenHandle)).Value;
        Reading reading = _readings.TryTake(out Reading? used) ? used : new Reading();
        try
        {
            ReadOnlySpan<byte> line = reading.ReadLine(handle, position);
            reading.Batch.Begin(file.Name);
            reading.Batch.AddRecord(new RecordOrigin(position), line, _parser);
            return reading.Batch.Reason(0) == BadEventReason.None
                ? reading.Batch.EventId(0).ToArray()
                : throw new SessionizeException($"'{file.Name}' changed while it was read, at byte {position}. Let nobody write to it meanwhile.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException($"Cannot read '{file.Name}' again at byte {position}: {failure.Message}", failure);
        }
        finally
        {
            _readings.Add(reading);
        }
    }

    public string Describe(int partition, long position) => $"{_files[partition].Name}, byte {position}";

    public void Dispose()
    {
        foreach (Lazy<SafeFileHandle> handle in _handles.Values)
        {
            if (handle.IsValueCreated)
            {
                handle.Value.Dispose();
            }
        }
    }

    /// <summary>What reading a line needs, for one thread at a time.</summary>
    private sealed class Reading
    {
        private byte[] _line = new byte[BytesAtOnce];

        public EventBatch Batch { get; } = new(EventFields.None);

        public ReadOnlySpan<byte> ReadLine(SafeFileHandle handle, long position)
        {
            int length = 0;
            while (true)
            {
                int read = RandomAccess.Read(handle, _line.AsSpan(length), position + length);
                int end = _line.AsSpan(length, read).IndexOf((byte)'\n');
                length += end < 0 ? read : end;
                if (end >= 0 || read == 0)
                {
                    ReadOnlySpan<byte> line = _line.AsSpan(0, length);
                    return line is [.., (byte)'\r'] ? line[..^1] : line;
                }

                if (length == _line.Length)
                {
                    Array.Resize(ref _line, _line.Length * 2);
                }
            }
        }
    }
}
