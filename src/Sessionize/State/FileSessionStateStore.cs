using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Diagnostics;
using Sessionize.Storage;

namespace Sessionize.State;

/// <summary>Keeps states as files: on a local disk, on one that several machines mount, or on an object store.</summary>
/// <remarks>
/// <para>A version is the file <c>LOCATION/LANE/VERSION</c>, made once and never changed; it is on the disk, with its name, when
/// <see cref="PrepareAsync"/> returns. Every byte of it is checked when it is read: a file that was cut, changed, renamed, or put into another lane's folder
/// is an error that names it, never taken for a state.</para>
/// <para><see cref="ConfirmAsync"/> writes nothing: each file names the confirmed versions before it. Of a lane the ten newest confirmed versions
/// stay, with all that they are based on. What becomes older is deleted in groups; a version that was never confirmed, when it is a day older than
/// the one that is confirmed, by the storage's own time stamps. The lane's folder is listed for that once a day.</para>
/// <para>The commit record is the highest of the numbered files in <c>LOCATION/commits/PIPELINE</c>.</para>
/// <para>A version is held in memory while it is written or read. What fails for a while is tried again for about 15 seconds. One location is for one pipeline: a file
/// there says which, and the store of another is refused. Several processes may use it, each by an instance of its own; an instance may be
/// called for different lanes at the same time.</para>
/// </remarks>
public sealed class FileSessionStateStore : ISessionStateStore
{
    private const int DeleteGroup = 8;

    // The buffer of a file stays for the next one, unless it is as large as few are.
    private const int MostKeptBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan s_keepUnconfirmed = TimeSpan.FromDays(1);

    private readonly IFileStorage _storage;
    private readonly string _location;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly StorageRetries _retries;
    private readonly StatePlace _place;
    private readonly ConcurrentDictionary<LaneId, LaneVersions> _lanes = new();
    private ArrayBufferWriter<byte>? _freeBuffer;

    /// <summary>Creates a store; nothing is read or written yet.</summary>
    /// <param name="storage">Holds the files; disposed of with the store.</param>
    /// <param name="location">The folder: a path or a URI, such as <c>s3://bucket/state/clicks</c>.</param>
    /// <param name="pipeline">The pipeline whose states they are.</param>
    /// <param name="clock">Tells when to look for files that nobody needs, and how long to pause; <see langword="null"/>: the system's.</param>
    /// <param name="logger">Hears of what fails and is tried again; <see langword="null"/>: nobody.</param>
    /// <exception cref="ArgumentException">The location or the pipeline's name is empty.</exception>
    public FileSessionStateStore(IFileStorage storage, string location, string pipeline, TimeProvider? clock = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentException.ThrowIfNullOrEmpty(location);
        ArgumentException.ThrowIfNullOrEmpty(pipeline);
        _storage = storage;
        _location = FileLocations.Absolute(location);
        _clock = clock ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _retries = new StorageRetries(_clock, _logger);
        _place = new StatePlace(storage, _retries, _location, pipeline);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The version's name is not one of up to 200 ASCII letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</exception>
    public async ValueTask PrepareAsync(
        LaneId lane, StateVersion version, StateVersion? basedOn, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        ThrowIfUnsafe(version);
        await _place.TakeAsync(cancellationToken).ConfigureAwait(false);
        LaneVersions versions = basedOn is { } known
            ? await LearnAsync(lane, known, cancellationToken).ConfigureAwait(false)
            : _lanes.GetOrAdd(lane, _ => new LaneVersions(NowMs));
        ArrayBufferWriter<byte> file = Interlocked.Exchange(ref _freeBuffer, null) ?? new ArrayBufferWriter<byte>();
        new StateFile(lane, version, basedOn, versions.Kept(), versions.SweptMs).WriteFront(file);
        StateContentStream content = new(file);
        await using (content.ConfigureAwait(false))
        {
            await write(content, cancellationToken).ConfigureAwait(false);
        }

        StateFile.WriteBack(file, content.Length);
        cancellationToken.ThrowIfCancellationRequested();
        string location = At(lane, version);
        if (!await _retries.RunAsync(token => _storage.TryCreateAsync(location, file.WrittenMemory, token), cancellationToken).ConfigureAwait(false))
        {
            throw new SessionizeException(
                $"Lane {lane} has a state version {version} already, in '{location}'; a version's name is never used twice. Write it under a new name.");
        }

        versions.Add(version, basedOn);
        if (file.Capacity <= MostKeptBytes)
        {
            file.ResetWrittenCount();
            _freeBuffer = file;
        }
    }

    /// <inheritdoc/>
    public async ValueTask LoadAsync(
        LaneId lane, StateVersion version, Func<Stream, CancellationToken, ValueTask> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        await _place.CheckAsync(cancellationToken).ConfigureAwait(false);
        Stack<ReadOnlyMemory<byte>> parts = new();
        LaneVersions? versions = null;
        for (StateVersion? next = version; next is { } name;)
        {
            (StateFile file, ReadOnlyMemory<byte> content) = await ReadAsync(lane, name, version, cancellationToken).ConfigureAwait(false);
            parts.Push(content);
            versions ??= LaneVersions.Of(file);
            versions.Add(name, file.BasedOn);
            next = file.BasedOn;
        }

        // What was known before may be another's history: of a lane that was lost, or of a table that was rolled back.
        _lanes[lane] = versions!;
        foreach (ReadOnlyMemory<byte> part in parts)
        {
            using Stream content = StreamOf(part);
            await read(content, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The version is missing or damaged. What cannot be deleted is no error; it is tried again.</exception>
    public async ValueTask ConfirmAsync(LaneId lane, StateVersion version, CancellationToken cancellationToken)
    {
        LaneVersions versions = await LearnAsync(lane, version, cancellationToken).ConfigureAwait(false);
        versions.Confirm(version);
        try
        {
            if (versions.Unneeded.Count >= DeleteGroup)
            {
                StateVersion[] old = [.. versions.Unneeded];
                await _storage.DeleteAsync([.. old.Select(name => At(lane, name))], cancellationToken).ConfigureAwait(false);
                versions.Forget(old);
            }

            if (Math.Abs(NowMs - versions.SweptMs) >= (long)s_keepUnconfirmed.TotalMilliseconds)
            {
                await SweepAsync(lane, version, versions, cancellationToken).ConfigureAwait(false);
                versions.SweptMs = NowMs;
            }
        }
        catch (SessionizeException failure)
        {
            Log.StateNotDeleted(_logger, FolderOf(lane), failure.Message);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The record is damaged, or it is missing although states were committed; the message names file and remedy.</exception>
    public async ValueTask<SinkCommit?> ReadCommitAsync(string pipeline, CancellationToken cancellationToken)
    {
        await _place.CheckAsync(cancellationToken).ConfigureAwait(false);
        CommitRecords records = RecordsOf(pipeline);
        if (await records.ReadAsync(cancellationToken).ConfigureAwait(false) is { } record)
        {
            return record;
        }

        // A first commit by another process may lie between the two looks.
        return await FindCommittedAsync(cancellationToken).ConfigureAwait(false) is { } committed
            ? await records.ReadAsync(cancellationToken).ConfigureAwait(false) ?? throw new SessionizeException(
                $"The commit records in '{FolderOfRecords(pipeline)}' are missing, although versions were committed before '{committed}' was written: where the pipeline goes on "
                    + "is unknown, and taken for a first start it would read everything again. Bring the folder back, or give the pipeline another name and place for a fresh start.")
            : null;
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The outcome is unknown; or the store behind the storage does not keep conditional writes.</exception>
    public async ValueTask<bool> WriteCommitAsync(Guid? replaces, SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        await _place.TakeAsync(cancellationToken).ConfigureAwait(false);
        await _place.ProbeAsync(cancellationToken).ConfigureAwait(false);
        return await RecordsOf(commit.Pipeline).SwapAsync(replaces, commit, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _place.Dispose();
        await _storage.DisposeAsync().ConfigureAwait(false);
    }

    private long NowMs => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The lane's versions, a given one and all that it is based on among them.</summary>
    private async ValueTask<LaneVersions> LearnAsync(LaneId lane, StateVersion version, CancellationToken cancellationToken)
    {
        LaneVersions? versions = _lanes.GetValueOrDefault(lane);
        for (StateVersion? next = version; next is { } name && versions?.Knows(name) != true;)
        {
            (StateFile file, _) = await ReadAsync(lane, name, version, cancellationToken).ConfigureAwait(false);
            versions ??= _lanes.GetOrAdd(lane, LaneVersions.Of(file));
            versions.Add(name, file.BasedOn);
            next = file.BasedOn;
        }

        return versions!;
    }

    private async ValueTask<(StateFile File, ReadOnlyMemory<byte> Content)> ReadAsync(
        LaneId lane, StateVersion version, StateVersion asked, CancellationToken cancellationToken)
    {
        ThrowIfUnsafe(version);
        string location = At(lane, version);
        ReadOnlyMemory<byte>? bytes = await _retries.RunAsync(token => _storage.TryReadAsync(location, token), cancellationToken).ConfigureAwait(false);
        try
        {
            StateFile file = StateFile.Read(
                bytes ?? throw new InvalidDataException(version == asked ? "the file is missing" : $"the file is missing, on which version {asked} is based"),
                out ReadOnlyMemory<byte> content);
            return file.Lane == lane && file.Version == version
                ? (file, content)
                : throw new InvalidDataException($"it is the file of lane {file.Lane}, version {file.Version}");
        }
        catch (InvalidDataException failure)
        {
            throw new SessionizeException(
                $"The state of lane {lane}, version {version}, in '{location}' cannot be used: {failure.Message}. "
                    + "Bring the file back, or rebuild the state from the records (RebuildState; --rebuild-state of the tool), or give the pipeline another name for a fresh start.",
                failure);
        }
    }

    /// <summary>Deletes what tries left that were never committed: a day older than the confirmed version, and from before its position.</summary>
    /// <remarks>
    /// A commit that may still come starts from this version or a later one, so what it names was written later. By the storage's own time
    /// stamps: no process's clock can make a file old.
    /// </remarks>
    private async ValueTask SweepAsync(LaneId lane, StateVersion confirmed, LaneVersions versions, CancellationToken cancellationToken)
    {
        List<StoredFile> files = [];
        await foreach (StoredFile file in _storage.ListAsync(FolderOf(lane), cancellationToken).ConfigureAwait(false))
        {
            files.Add(file);
        }

        if (files.FindIndex(file => FileLocations.Name(file.Location) == confirmed.Name) is >= 0 and var at && StateFileNames.PositionOf(confirmed.Name) is { } position)
        {
            DateTimeOffset limit = files[at].LastModified - s_keepUnconfirmed;
            string[] left =
            [
                .. files.Where(file => file.LastModified < limit)
                    .Where(file => FileLocations.Name(file.Location) is var name && (StateFileNames.IsTemporary(name)
                        || (StateFileNames.PositionOf(name) < position && !versions.Needs(new StateVersion(name)))))
                    .Select(file => file.Location),
            ];
            if (left.Length > 0)
            {
                await _storage.DeleteAsync(left, cancellationToken).ConfigureAwait(false);
                Log.StateSwept(_logger, left.Length, FolderOf(lane));
            }
        }
    }

    /// <summary>The newest file of some lane, if it was written when a version was confirmed already.</summary>
    private async ValueTask<string?> FindCommittedAsync(CancellationToken cancellationToken)
    {
        List<(LaneId Lane, StoredFile File)> files = [];
        await foreach (StoredFile file in _storage.ListAsync(_location, cancellationToken).ConfigureAwait(false))
        {
            if (StateFileNames.LaneOf(_location, file.Location) is { } lane && StateFileNames.PositionOf(FileLocations.Name(file.Location)) is not null)
            {
                files.Add((lane, file));
            }
        }

        foreach (IGrouping<LaneId, (LaneId Lane, StoredFile File)> ofLane in files.GroupBy(found => found.Lane))
        {
            string newest = ofLane.MaxBy(found => found.File.LastModified).File.Location;
            (StateFile file, _) = await ReadAsync(ofLane.Key, new StateVersion(FileLocations.Name(newest)), new StateVersion(FileLocations.Name(newest)), cancellationToken)
                .ConfigureAwait(false);
            if (file.Kept.Count > 0)
            {
                return newest;
            }
        }

        return null;
    }

    private CommitRecords RecordsOf(string pipeline) => new(_storage, _retries, _logger, FolderOfRecords(pipeline));

    private string FolderOfRecords(string pipeline)
    {
        ArgumentException.ThrowIfNullOrEmpty(pipeline);
        return FileLocations.Join(FileLocations.Join(_location, "commits"), pipeline);
    }

    private string FolderOf(LaneId lane) => FileLocations.Join(_location, lane.ToString());

    private string At(LaneId lane, StateVersion version) => FileLocations.Join(FolderOf(lane), version.Name);

    private static Stream StreamOf(ReadOnlyMemory<byte> part) => System.Runtime.InteropServices.MemoryMarshal.TryGetArray(part, out ArraySegment<byte> bytes)
        ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false, publiclyVisible: true)
        : new MemoryStream(part.ToArray(), writable: false);

    private static void ThrowIfUnsafe(StateVersion version)
    {
        if (!StateFileNames.IsSafe(version.Name))
        {
            throw new ArgumentException(
                $"The version is called '{version.Name}', which is the name of its file: give it up to 200 ASCII letters, digits, '-', '_' and '.', not beginning with '.'.",
                nameof(version));
        }
    }
}
