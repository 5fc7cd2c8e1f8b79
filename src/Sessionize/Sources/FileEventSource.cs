using Sessionize.Sources.Files;

namespace Sessionize.Sources;

/// <summary>Reads events from files with one record a line, and from standard input.</summary>
/// <remarks>
/// <para>An input is a file, a pattern (<c>*</c> and <c>?</c> within a name, <c>**</c> for any folders between; matches in ordinal
/// order), or <c>-</c> for standard input. Each file is a partition, and its lines are the positions, from 1. Files are read in the
/// order given, all in one lane, whose watermark is the least of its partitions'.</para>
/// <para>How an input is compressed is seen from its first bytes: gzip (all members), zstd (all frames) or not at all. What ends too early,
/// has a wrong checksum or foreign bytes behind it fails the run.</para>
/// <para>Lines end with LF, or CR and LF. Blank lines count as lines and are no events. A UTF-8 byte order mark is skipped; a file in
/// UTF-16 or UTF-32 is refused. The rules are those of semantics section 8.</para>
/// <para>Not thread-safe, but for <see cref="BytesRead"/>.</para>
/// </remarks>
public sealed class FileEventSource : IEventSource
{
    /// <summary>The longest line by default, without its end: 1 MiB.</summary>
    public const int DefaultMaxLineBytes = 1024 * 1024;

    private readonly string[] _inputs;
    private readonly IEventParser _parser;
    private readonly int _maxLineBytes;
    private readonly List<Place> _places = [];
    private InputReader? _reader;
    private Place? _current;
    private long _bytesRead;

    /// <summary>Prepares the reading of inputs; nothing is opened yet.</summary>
    /// <param name="inputs">Files, patterns, or <c>-</c>.</param>
    /// <param name="parser">Reads a line.</param>
    /// <param name="maxLineBytes">The longest line, without its end; a longer one is a bad event.</param>
    /// <exception cref="ArgumentException">There is no input, or an empty one.</exception>
    public FileEventSource(IEnumerable<string> inputs, IEventParser parser, int maxLineBytes = DefaultMaxLineBytes)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(parser);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLineBytes, 1);
        _inputs = [.. inputs];
        if (_inputs.Length == 0 || _inputs.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("Name at least one input, and none of length 0: a file, a pattern such as 'data/*.ndjson', or '-' for standard input.", nameof(inputs));
        }

        (_parser, _maxLineBytes) = (parser, maxLineBytes);
    }

    /// <inheritdoc/>
    /// <remarks>Known when the source is open: not for standard input and other pipes.</remarks>
    public bool CanSeek => _places.All(place => place.File.Length is not null);

    /// <summary>The inputs in the order of reading, patterns resolved; known when the source is open.</summary>
    public IReadOnlyList<string> Paths => [.. _places.Select(place => place.Path)];

    /// <summary>How many bytes were read so far, as they are stored. Safe to read from any thread.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>How many bytes there are, as they are stored; <see langword="null"/> when an input is a pipe. Known when the source is open.</summary>
    public long? TotalBytes => _places.Aggregate((long?)0, (sum, place) => sum + place.File.Length);

    /// <summary>Reads a line. Safe for use by several threads.</summary>
    internal IEventParser Parser => _parser;

    /// <summary>The inputs in the order of their ranks, patterns resolved; known when the source is open.</summary>
    internal IReadOnlyList<InputFile> Files => [.. _places.Select(place => place.File)];

    /// <summary>The longest line, without its end.</summary>
    internal int MaxLineBytes => _maxLineBytes;

    /// <inheritdoc/>
    /// <remarks>Looks at all inputs, so that a wrong name is known before anything is read.</remarks>
    /// <exception cref="SessionizeException">An input is missing, a folder, named twice, or may not be read; the message lists all of them.</exception>
    public async ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken)
    {
        await CloseAsync().ConfigureAwait(false);
        List<string> mistakes = [];
        foreach (string path in InputPaths.Expand(_inputs, mistakes))
        {
            try
            {
                _places.Add(new Place(path, InputFile.Check(path)));
            }
            catch (SessionizeException failure)
            {
                mistakes.Add(failure.Message);
            }
        }

        return mistakes.Count == 0
            ? [.. _places.Select((place, order) => new SourcePartition(place.File.Name, new LaneId(0), order, Place.FirstLine))]
            : throw new SessionizeException(string.Join(Environment.NewLine, mistakes));
    }

    /// <inheritdoc/>
    /// <param name="partition">The file's name.</param>
    /// <param name="position">The line to go on with, from 1.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="InvalidOperationException">The input is a pipe.</exception>
    public async ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken)
    {
        Place place = _places.Find(known => known.File.Name == partition)
            ?? throw new ArgumentException($"'{partition}' is not an input of this source.", nameof(partition));
        ArgumentOutOfRangeException.ThrowIfLessThan(position, Place.FirstLine);
        if (place.File.Length is null && position != place.NextLine)
        {
            throw new InvalidOperationException($"{partition} is a pipe, which cannot be read again: put its content into a file.");
        }

        if (place.File.Length is not null)
        {
            await CloseReaderAsync().ConfigureAwait(false);
            (place.NextLine, place.IsAtEnd) = (position, false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        while (_places.Find(place => !place.IsAtEnd) is { } next)
        {
            batch.Begin(next.File.Name);
            LineReader lines = await ReaderOfAsync(next, cancellationToken).ConfigureAwait(false);
            bool hasRecords = await lines.ReadAsync(batch, _parser, _maxLineBytes, cancellationToken).ConfigureAwait(false);
            next.NextLine = lines.Line;
            if (hasRecords)
            {
                return SourceReadResult.Records;
            }

            next.IsAtEnd = true;
            await CloseReaderAsync().ConfigureAwait(false);
        }

        return SourceReadResult.EndOfInput;
    }

    /// <summary>Reads all inputs by several threads, each with lines of its own, instead of by <see cref="ReadAsync"/>.</summary>
    internal LineInputs OpenLines(int threads, CancellationToken stop) =>
        new(Files, threads, _maxLineBytes, read => Interlocked.Add(ref _bytesRead, read), stop);

    /// <inheritdoc/>
    public PartitionEnd? EndOf(string partition) => null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask<LineReader> ReaderOfAsync(Place place, CancellationToken cancellationToken)
    {
        if (_current != place)
        {
            await CloseReaderAsync().ConfigureAwait(false);
            (_reader, _current) = (new InputReader(place.File, read => Interlocked.Add(ref _bytesRead, read)), place);
        }

        // Again after a call that was cancelled half-way.
        await _reader!.Lines.SkipToAsync(place.NextLine, cancellationToken).ConfigureAwait(false);
        return _reader.Lines;
    }

    private async ValueTask CloseReaderAsync()
    {
        if (_reader is { } reader)
        {
            (_reader, _current) = (null, null);
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask CloseAsync()
    {
        await CloseReaderAsync().ConfigureAwait(false);
        foreach (Place place in _places)
        {
            place.File.Dispose();
        }

        _places.Clear();
    }

    /// <summary>How far an input is read.</summary>
    private sealed class Place(string path, InputFile file)
    {
        public const long FirstLine = 1;

        public string Path => path;

        public InputFile File => file;

        public long NextLine { get; set; } = FirstLine;

        public bool IsAtEnd { get; set; }
    }
}
