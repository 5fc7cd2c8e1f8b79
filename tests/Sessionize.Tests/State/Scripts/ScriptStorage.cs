using System.Runtime.CompilerServices;
using Sessionize.Storage;

namespace Sessionize.Tests.State.Scripts;

/// <summary>One process's way to a disk: it waits for its turn before each step, and a step may fail, or its answer be lost.</summary>
internal sealed class ScriptStorage(ScriptDisk disk, Func<Task>? turn = null, Random? faults = null, int faultPercent = 0) : IFileStorage
{
    public async ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken)
    {
        await StepAsync();
        return disk.Contents.TryGetValue(location, out byte[]? content) ? new ReadOnlyMemory<byte>(content) : default(ReadOnlyMemory<byte>?);
    }

    public async ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        byte[] bytes = content.ToArray();
        await StepAsync();
        bool isMade = disk.TryCreate(location, bytes);
        await StepAsync();
        return isMade;
    }

    /// <summary>One after the other, in any order; a failure leaves the rest.</summary>
    public async ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken)
    {
        foreach (string location in locations.OrderBy(_ => faults?.Next() ?? 0))
        {
            await StepAsync();
            disk.Delete(location);
        }
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await StepAsync();
        foreach (StoredFile file in disk.Files.Values.Where(file => file.Location.StartsWith(folder + "/", StringComparison.Ordinal)).ToArray())
        {
            yield return file;
        }
    }

    public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken) => throw new InvalidOperationException("The store reads whole files.");

    public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken) => throw new InvalidOperationException("The store writes whole files.");

    public ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("The store replaces no file.");

    public ValueTask DisposeAsync() => default;

    private async ValueTask StepAsync()
    {
        if (turn is not null)
        {
            await turn();
        }

        if (faults is not null && faults.Next(100) < faultPercent)
        {
            throw new SessionizeException("The storage is away.", isTransient: true);
        }
    }
}
