using Sessionize.Sources.Files;

namespace Sessionize.Parquet.Events;

/// <summary>Reads events from Parquet files: a row is a record, a column a field.</summary>
/// <remarks>
/// <para>An input is a file or a pattern (<c>*</c> and <c>?</c> within a name, <c>**</c> for any folders between; matches in ordinal order). Each
/// file is a partition, and its rows are the positions, from 0. Files are read in the order given, all in one lane.</para>
/// <para>Columns are found by <see cref="SessionizationOptions.Fields"/>; a path with dots goes into structs. User id and event time must be
/// there. User id, page name, event id and the fields of rules are text, whole numbers (taken as decimal text) or UUIDs. Event times are
/// whole numbers of milliseconds, timestamps of any unit (rounded down; those without time zone are taken as UTC), or text as
/// <see cref="SessionizationOptions.TimeFormat"/> has it. A column of another type fails the run before anything is read.</para>
/// <para>A null is an absent field. A row without a user or with an impossible time is a bad event, whose dead letter is the row's fields as
/// JSON. A file that is damaged, cut off or no Parquet file fails the run.</para>
/// <para>Only the columns that are needed are read, a row group at a time, the next one ahead on a thread of the pool: two row groups are in
/// memory. Not thread-safe, but for <see cref="BytesRead"/>.</para>
/// </remarks>
public sealed class ParquetEventSource : IEventSource
{
    private const string StandardInput = "-";

    private readonly string[] _inputs;
    private readonly SessionizationOptions _options;
    private readonly EventFields _retained;
    private readonly List<Place> _places = [];
    private EventFile? _file;
    private Place? _current;
    private long _bytesRead;

    /// <summary>Prepares the reading of inputs; nothing is opened yet.</summary>
    /// <param name="inputs">Files and patterns.</param>
    /// <param name="options">Which columns are the fields, and how times in texts are written.</param>
    /// <param name="retained">The fields beyond page name and event id that are kept, in the order of their slots.</param>
    /// <exception cref="ArgumentException">There is no input, an empty one, or standard input.</exception>
    public ParquetEventSource(IEnumerable<string> inputs, SessionizationOptions options, EventFields retained)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(retained);
        _inputs = [.. inputs];
        if (_inputs.Length == 0 || _inputs.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("Name at least one input, and none of length 0: a file, or a pattern such as 'data/*.parquet'.", nameof(inputs));
        }

        if (_inputs.Contains(StandardInput))
        {
            throw new ArgumentException("Parquet cannot come from standard input, because it is read from its end: put it into a file.", nameof(inputs));
        }

        (_options, _retained) = (options, retained);
    }

    /// <inheritdoc/>
    public bool CanSeek => true;

    /// <summary>The files in the order of reading, patterns resolved; known when the source is open.</summary>
    public IReadOnlyList<string> Paths => [.. _places.Select(place => place.Path)];

    /// <summary>How much of the files lies behind: bytes as they are stored, with those of columns that nobody reads. Safe to read from any thread.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>How many bytes there are, as they are stored. Known when the source is open.</summary>
    public long? TotalBytes => _places.Sum(place => place.Length);

    /// <inheritdoc/>
    /// <remarks>Looks at the footer of every file, so that a wrong name and a missing column are known before anything is read.</remarks>
    /// <exception cref="SessionizeException">
    /// A file is missing, a folder, named twice, may not be read, is no Parquet file, or lacks a column; the message lists all of that.
    /// </exception>
    public async ValueTask<IReadOnlyList<SourcePartition>> OpenAsync(CancellationToken cancellationToken)
    {
        await CloseAsync().ConfigureAwait(false);
        _places.Clear();
        List<string> mistakes = [];
        foreach (string path in InputPaths.Expand(_inputs, mistakes))
        {
            try
            {
                if (Directory.Exists(path))
                {
                    throw new SessionizeException($"'{path}' is a folder: name the files in it, for example '{Path.Combine(path, "*.parquet")}'.");
                }

                await using EventFile file = await EventFile.OpenAsync(path, _options, _retained, cancellationToken).ConfigureAwait(false);
                _places.Add(new Place(path, file.Length));
            }
            catch (SessionizeException failure)
            {
                mistakes.Add(failure.Message);
            }
        }

        return mistakes.Count == 0
            ? [.. _places.Select((place, order) => new SourcePartition(place.Path, new LaneId(0), order))]
            : throw new SessionizeException(string.Join(Environment.NewLine, mistakes));
    }

    /// <inheritdoc/>
    /// <param name="partition">The file's path.</param>
    /// <param name="position">The row to go on with, from 0.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async ValueTask SeekAsync(string partition, long position, CancellationToken cancellationToken)
    {
        Place place = _places.Find(known => known.Path == partition)
            ?? throw new ArgumentException($"'{partition}' is not an input of this source.", nameof(partition));
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        await CloseAsync().ConfigureAwait(false);
        (place.NextRow, place.IsAtEnd) = (position, false);
    }

    /// <inheritdoc/>
    public async ValueTask<SourceReadResult> ReadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        while (_places.Find(place => !place.IsAtEnd) is { } next)
        {
            batch.Begin(next.Path);
            EventFile file = await FileOfAsync(next, cancellationToken).ConfigureAwait(false);
            if (await file.ReadAsync(batch, cancellationToken).ConfigureAwait(false) is { } row)
            {
                next.NextRow = row;
                Interlocked.Exchange(ref _bytesRead, Behind(next) + (long)(next.Length * ((double)row / file.Rows)));
                return SourceReadResult.Records;
            }

            next.IsAtEnd = true;
            Interlocked.Exchange(ref _bytesRead, Behind(next) + next.Length);
            await CloseAsync().ConfigureAwait(false);
        }

        return SourceReadResult.EndOfInput;
    }

    /// <inheritdoc/>
    public PartitionEnd? EndOf(string partition) => null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync();

    private long Behind(Place place) => _places.TakeWhile(before => before != place).Sum(before => before.Length);

    private async ValueTask<EventFile> FileOfAsync(Place place, CancellationToken cancellationToken)
    {
        if (_current == place && _file is { } open)
        {
            return open;
        }

        await CloseAsync().ConfigureAwait(false);
        EventFile file = await EventFile.OpenAsync(place.Path, _options, _retained, cancellationToken).ConfigureAwait(false);
        (_file, _current) = (file, place);
        if (place.NextRow > file.Rows)
        {
            throw new SessionizeException($"'{place.Path}' ends before row {place.NextRow}, at which reading should go on: it is shorter than it was. Put the whole file back.");
        }

        if (place.NextRow > 0)
        {
            await file.SeekAsync(place.NextRow).ConfigureAwait(false);
        }

        return file;
    }

    private async ValueTask CloseAsync()
    {
        if (_file is { } file)
        {
            (_file, _current) = (null, null);
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>How far a file is read.</summary>
    private sealed class Place(string path, long length)
    {
        public string Path => path;

        public long Length => length;

        public long NextRow { get; set; }

        public bool IsAtEnd { get; set; }
    }
}
