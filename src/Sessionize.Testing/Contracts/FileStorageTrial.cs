using System.Text;
using Sessionize.Storage;

namespace Sessionize.Testing.Contracts;

/// <summary>A fresh place for one check, with the instances that work on it.</summary>
internal sealed class FileStorageTrial(Func<FileStoragePlace> newPlace, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly FileStoragePlace _place = newPlace();
    private readonly List<IFileStorage> _storages = [];

    public string Folder => _place.Folder;

    public CancellationToken Token => cancellationToken;

    /// <summary>Another instance, as another process has it.</summary>
    public IFileStorage Open()
    {
        cancellationToken.ThrowIfCancellationRequested();
        IFileStorage storage = _place.Open();
        _storages.Add(storage);
        return storage;
    }

    public string At(string name) => $"{_place.Folder}/{name}";

    /// <summary>Bytes that differ from place to place, and from seed to seed.</summary>
    public static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static ReadOnlyMemory<byte> Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>What another process reads, whole and as a stream.</summary>
    public async Task ExpectAsync(string name, ReadOnlyMemory<byte>? expected)
    {
        IFileStorage other = Open();
        ReadOnlyMemory<byte>? found = await other.TryReadAsync(At(name), cancellationToken).ConfigureAwait(false);
        Compare($"TryReadAsync of '{name}'", expected, found);
        if (expected is null)
        {
            await ExpectErrorAsync(async () => await other.OpenReadAsync(At(name), cancellationToken).ConfigureAwait(false), $"OpenReadAsync of '{name}'", At(name))
                .ConfigureAwait(false);
            return;
        }

        Stream stream = await other.OpenReadAsync(At(name), cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using MemoryStream copy = new();
            await stream.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
            Compare($"OpenReadAsync of '{name}'", expected, copy.ToArray());
            UnexpectedException.ThrowUnless(stream.Length == expected.Value.Length, $"a length of {expected.Value.Length}", $"{stream.Length}");
        }
    }

    /// <summary>What another process lists, as given.</summary>
    public async Task ExpectListAsync(string folder, params (string Location, long Length)[] expected)
    {
        List<(string, long)> found = [];
        await foreach (StoredFile file in Open().ListAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            found.Add((file.Location, file.Length));
        }

        string wanted = Describe(expected);
        string listed = Describe(found);
        UnexpectedException.ThrowUnless(wanted == listed, $"the files {wanted} in '{folder}'", listed);
    }

    /// <summary>The call is an error that a user can read.</summary>
    public static async Task ExpectErrorAsync(Func<Task> call, string what, string named)
    {
        string found = "no exception";
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (SessionizeException failure) when (failure.Message.Contains(named, StringComparison.Ordinal))
        {
            return;
        }
        catch (Exception failure)
        {
            // Another exception, or one that does not name the place, is what was found.
            found = $"{failure.GetType().Name}: {failure.Message}";
        }

        throw new UnexpectedException($"{what} throws a SessionizeException that names '{named}'", found);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IFileStorage storage in _storages)
        {
            await storage.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static void Compare(string what, ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte>? found) => UnexpectedException.ThrowUnless(
        expected is null == found is null && (expected is null || expected.Value.Span.SequenceEqual(found!.Value.Span)),
        $"{what} gives {Describe(expected)}",
        Describe(found));

    private static string Describe(ReadOnlyMemory<byte>? content) => content is not { } bytes ? "nothing"
        : bytes.Length <= 40 ? $"'{Encoding.UTF8.GetString(bytes.Span)}'"
        : $"{bytes.Length} bytes from {Convert.ToHexString(bytes.Span[..16])} to {Convert.ToHexString(bytes.Span[^16..])}";

    private static string Describe(IEnumerable<(string Location, long Length)> files) =>
        "[" + string.Join(", ", files.OrderBy(file => file.Location, StringComparer.Ordinal).Select(file => $"{file.Location} ({file.Length})")) + "]";
}
