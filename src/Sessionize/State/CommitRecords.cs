using System.Globalization;
using Microsoft.Extensions.Logging;
using Sessionize.Diagnostics;
using Sessionize.Storage;

namespace Sessionize.State;

/// <summary>The commit records of one pipeline, as numbered files of which the highest counts. A swap makes the next number.</summary>
/// <remarks>
/// <para>The next number is made only if it is not there, so of two swaps of one record one succeeds. But a process that slept may make a number
/// that was there and was deleted since. Therefore the highest file is never deleted, and who made a number looks again: if it is the highest,
/// the record that it replaced was the highest before it. If it is not, the next file tells whose successor it is.</para>
/// <para>Files that are ten numbers and five minutes older than the newest are deleted, so that nobody who reads or lists meets a gap at the end.</para>
/// </remarks>
internal sealed class CommitRecords(IFileStorage storage, StorageRetries retries, ILogger logger, string folder)
{
    private const int KeptRecords = 10;
    private const int MostReads = 10;
    private const string Ending = ".json";

    private static readonly TimeSpan s_keepFor = TimeSpan.FromMinutes(5);

    public async ValueTask<SinkCommit?> ReadAsync(CancellationToken cancellationToken) =>
        (await ReadHighestAsync(cancellationToken).ConfigureAwait(false)).Record?.Commit;

    public async ValueTask<bool> SwapAsync(Guid? replaces, SinkCommit commit, CancellationToken cancellationToken)
    {
        (long highest, CommitRecordFile? record, List<StoredFile> files) = await ReadHighestAsync(cancellationToken).ConfigureAwait(false);
        if (record?.Commit.Id == commit.Id)
        {
            return true;
        }

        if (record?.Commit.Id != replaces)
        {
            return false;
        }

        byte[] content = new CommitRecordFile(replaces, commit).Write();
        string location = At(highest + 1);
        if (!await retries.RunAsync(token => storage.TryCreateAsync(location, content, token), cancellationToken).ConfigureAwait(false)
            || !await IsSuccessorAsync(highest + 1, commit.Id, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await DeleteOldAsync(files, highest, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Whether the number that was made is the successor of the record that it replaces.</summary>
    /// <exception cref="SessionizeException">That cannot be told any more.</exception>
    private async ValueTask<bool> IsSuccessorAsync(long made, Guid id, CancellationToken cancellationToken)
    {
        List<StoredFile> files = await ListAsync(cancellationToken).ConfigureAwait(false);
        if (Highest(files) <= made)
        {
            return true;
        }

        CommitRecordFile? next = await TryReadAsync(made + 1, cancellationToken).ConfigureAwait(false);
        if (next is null)
        {
            throw new SessionizeException(
                $"Whether the commit {id} in '{At(made)}' counts can no longer be told: others went on while this process was stopped. Read the record and look.",
                isTransient: true);
        }

        if (next.Replaces == id)
        {
            return true;
        }

        await DeleteAsync([At(made)], cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async ValueTask<(long Number, CommitRecordFile? Record, List<StoredFile> Files)> ReadHighestAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < MostReads; attempt++)
        {
            List<StoredFile> files = await ListAsync(cancellationToken).ConfigureAwait(false);
            long highest = Highest(files);
            if (highest == 0)
            {
                return (0, null, files);
            }

            if (await TryReadAsync(highest, cancellationToken).ConfigureAwait(false) is { } record)
            {
                return (highest, record, files);
            }

            // This process was stopped for minutes between the two: others went on, and deleted what was the highest.
        }

        throw new SessionizeException($"The commit records in '{folder}' come and go. Find out who else deletes there.", isTransient: true);
    }

    private async ValueTask<CommitRecordFile?> TryReadAsync(long number, CancellationToken cancellationToken)
    {
        string location = At(number);
        ReadOnlyMemory<byte>? text = await retries.RunAsync(token => storage.TryReadAsync(location, token), cancellationToken).ConfigureAwait(false);
        try
        {
            return text is { } found ? CommitRecordFile.Read(found.Span) : null;
        }
        catch (Exception failure) when (failure is InvalidDataException or FormatException or InvalidOperationException or KeyNotFoundException or System.Text.Json.JsonException)
        {
            throw new SessionizeException(
                $"The commit record '{location}' is damaged: {failure.Message.TrimEnd('.')}. It says where the pipeline goes on, so an older one must not take its place: "
                    + "bring the file back. Or give the pipeline another name for a fresh start.",
                failure);
        }
    }

    private async ValueTask DeleteOldAsync(List<StoredFile> files, long highest, CancellationToken cancellationToken)
    {
        if (files.Count <= KeptRecords)
        {
            return;
        }

        DateTimeOffset limit = files.Max(file => file.LastModified) - s_keepFor;
        await DeleteAsync(
            [.. files.Where(file => NumberOf(file) is > 0 and var number && number <= highest - KeptRecords && file.LastModified < limit).Select(file => file.Location)],
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken)
    {
        try
        {
            if (locations.Count > 0)
            {
                await storage.DeleteAsync(locations, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SessionizeException failure)
        {
            // What stays is deleted by a later swap, and never counts.
            Log.StateNotDeleted(logger, folder, failure.Message);
        }
    }

    private ValueTask<List<StoredFile>> ListAsync(CancellationToken cancellationToken) => retries.RunAsync(
        async token =>
        {
            List<StoredFile> files = [];
            await foreach (StoredFile file in storage.ListAsync(folder, token).ConfigureAwait(false))
            {
                files.Add(file);
            }

            return files;
        },
        cancellationToken);

    private static long Highest(List<StoredFile> files) => files.Count == 0 ? 0 : files.Max(NumberOf);

    private string At(long number) => FileLocations.Join(folder, number.ToString("D20", CultureInfo.InvariantCulture) + Ending);

    /// <summary>The number in a file's name; 0 for another file.</summary>
    private static long NumberOf(StoredFile file)
    {
        string name = FileLocations.Name(file.Location);
        return name.Length == 20 + Ending.Length && name.EndsWith(Ending, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }
}
