using Sessionize.Storage;

namespace Sessionize.S3.Tests.Support;

/// <summary>A storage of which one in some calls fails: by turns before it is done, and when it is done.</summary>
/// <param name="inner">The storage.</param>
/// <param name="failsEvery">Of so many calls one fails; 0: none.</param>
internal sealed class FlakyStorage(IFileStorage inner, int failsEvery) : IFileStorage
{
    private int _calls;

    public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken) =>
        CallAsync(() => inner.OpenReadAsync(location, cancellationToken));

    public ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken) =>
        CallAsync(() => inner.TryReadAsync(location, cancellationToken));

    public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken) =>
        CallAsync(() => inner.CreateAsync(location, cancellationToken));

    public ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        CallAsync(() => inner.TryCreateAsync(location, content, cancellationToken));

    public async ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => await CallAsync(async () =>
    {
        await inner.WriteAsync(location, content, cancellationToken);
        return true;
    });

    public async ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken) => await CallAsync(async () =>
    {
        await inner.DeleteAsync(locations, cancellationToken);
        return true;
    });

    public IAsyncEnumerable<StoredFile> ListAsync(string folder, CancellationToken cancellationToken) => inner.ListAsync(folder, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask<T> CallAsync<T>(Func<ValueTask<T>> call)
    {
        int turn = failsEvery == 0 ? 1 : Interlocked.Increment(ref _calls) % (2 * failsEvery);
        if (failsEvery > 0 && turn == 0)
        {
            throw new SessionizeException("The storage is away.", isTransient: true);
        }

        T result = await call();
        return failsEvery > 0 && turn == failsEvery ? throw new SessionizeException("The answer is lost.", isTransient: true) : result;
    }
}
