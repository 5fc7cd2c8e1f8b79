using System.Text;
using Sessionize.Storage;
using Sessionize.Testing.Contracts;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Storage;

public sealed class LocalFileStorageTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalFileStorage _storage = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("file://")]
    [InlineData("file:")]
    [InlineData("")]
    public Task VerifyAsync_Local_KeepsTheContract(string scheme)
    {
        int places = 0;
        return FileStorageContract.VerifyAsync(() => new FileStoragePlace(() => new LocalFileStorage(), $"{scheme}{_folder.Path}/{++places}"), Token);
    }

    [Fact]
    public async Task Locations_RelativePath_BeginsInTheWorkingFolder()
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, _folder.File("a/b"));
        Assert.True(await _storage.TryCreateAsync(relative, "x"u8.ToArray(), Token));
        Assert.Equal("x", File.ReadAllText(_folder.File("a/b")));
    }

    [Fact]
    public async Task Locations_PercentInAFileUri_IsNotDecoded()
    {
        await _storage.WriteAsync($"file://{_folder.Path}/a%20b", "x"u8.ToArray(), Token);
        Assert.Equal(["a%20b"], _folder.Names());
    }

    [Theory]
    [InlineData("s3://bucket/x", "scheme is 's3'")]
    [InlineData("file://other/x", "machine 'other'")]
    [InlineData("a\0b", "zero character")]
    public async Task Locations_NotLocal_AreMisuse(string location, string says)
    {
        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(async () => await _storage.TryReadAsync(location, Token));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryCreateAsync_FoldersComeAndGo_StillMakesTheFile()
    {
        const int RemovalsPerRound = 20;
        int allowed = 0;
        int removed = 0;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task remover = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    try
                    {
                        if (Volatile.Read(ref removed) < Volatile.Read(ref allowed))
                        {
                            Directory.Delete(_folder.File("x/y"));
                            Interlocked.Increment(ref removed);
                        }
                    }
                    catch (IOException)
                    {
                        // Not empty, or not there.
                    }
                }
            },
            Token);
        for (int round = 0; round < 100; round++)
        {
            Volatile.Write(ref allowed, Volatile.Read(ref removed) + RemovalsPerRound);
            Assert.True(await _storage.TryCreateAsync(_folder.File($"x/y/{round}"), "x"u8.ToArray(), Token));
            File.Delete(_folder.File($"x/y/{round}"));
        }

        await stop.CancelAsync();
        await remover;
        Assert.InRange(removed, 1, 100 * RemovalsPerRound);
    }

    [Fact]
    public async Task CompleteAsync_FolderWasRemovedMeanwhile_MakesItAgain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs files without a name.");
        await using StorageWriter writer = await _storage.CreateAsync(_folder.File("x/y/f"), Token);
        await writer.Stream.WriteAsync("kept"u8.ToArray(), Token);
        Directory.Delete(_folder.File("x"), recursive: true);
        await writer.CompleteAsync(Token);
        Assert.Equal("kept", File.ReadAllText(_folder.File("x/y/f")));
    }

    [Fact]
    public async Task Calls_FolderWhereAFileShouldBe_SayWhatIsInTheWay()
    {
        Directory.CreateDirectory(_folder.File("f"));
        await AssertSaysAsync(async () => await _storage.TryReadAsync(_folder.File("f"), Token), _folder.File("f"), "folder");
        await AssertSaysAsync(async () => await _storage.OpenReadAsync(_folder.File("f"), Token), _folder.File("f"), "folder");
        await AssertSaysAsync(async () => await _storage.TryCreateAsync(_folder.File("f"), default, Token), _folder.File("f"), "is a directory");
        await AssertSaysAsync(async () => await _storage.WriteAsync(_folder.File("f"), default, Token), _folder.File("f"), "is a directory");
        await AssertSaysAsync(async () => await _storage.CreateAsync(_folder.File("f"), Token), _folder.File("f"), "is a directory");
        await AssertSaysAsync(async () => await _storage.DeleteAsync([_folder.File("f")], Token), _folder.File("f"), "Cannot delete");
        Assert.True(Directory.Exists(_folder.File("f")));
    }

    [Fact]
    public async Task Calls_FileWhereAFolderShouldBe_SayWhatIsInTheWay()
    {
        _folder.Write("f", "x");
        await AssertSaysAsync(async () => await _storage.TryCreateAsync(_folder.File("f/g"), default, Token), _folder.File("f"), "no file is in the way");
        await AssertSaysAsync(async () => await _storage.CreateAsync(_folder.File("f/g"), Token), _folder.File("f"), "no file is in the way");
        Assert.Null(await _storage.TryReadAsync(_folder.File("f/g"), Token));
        await _storage.DeleteAsync([_folder.File("f/g")], Token);
    }

    [Fact]
    public async Task CompleteAsync_NameWasTakenMeanwhile_IsRefused()
    {
        await using StorageWriter writer = await _storage.CreateAsync(_folder.File("f"), Token);
        _folder.Write("f", "theirs");
        await AssertSaysAsync(async () => await writer.CompleteAsync(Token), _folder.File("f"), "exists already");
        Assert.Equal("theirs", File.ReadAllText(_folder.File("f")));
    }

    [Fact]
    public async Task Calls_ReadOnlyDisk_SaySo()
    {
        await using MountedDisk disk = await MountedDisk.MountAsync("size=64k");
        await _storage.WriteAsync($"{disk.Path}/old", "x"u8.ToArray(), Token);
        await disk.RemountAsync("ro");
        await AssertSaysAsync(async () => await _storage.TryCreateAsync($"{disk.Path}/new", "x"u8.ToArray(), Token), $"{disk.Path}/new", "write permission");
        await AssertSaysAsync(async () => await _storage.TryCreateAsync($"{disk.Path}/a/new", "x"u8.ToArray(), Token), $"{disk.Path}/a", "folders can be created");
        await AssertSaysAsync(async () => await _storage.WriteAsync($"{disk.Path}/old", "y"u8.ToArray(), Token), $"{disk.Path}/old", "write permission");
        await AssertSaysAsync(async () => await _storage.DeleteAsync([$"{disk.Path}/old", $"{disk.Path}/older"], Token), $"{disk.Path}/old", "permission");
        Assert.Equal("x", Encoding.UTF8.GetString((await _storage.TryReadAsync($"{disk.Path}/old", Token))!.Value.Span));
    }

    [Fact]
    public async Task Calls_FullDisk_SaySoAndLeaveNothing()
    {
        await using MountedDisk disk = await MountedDisk.MountAsync("size=64k");
        byte[] large = new byte[200_000];
        await AssertSaysAsync(async () => await _storage.TryCreateAsync($"{disk.Path}/f", large, Token), $"{disk.Path}/f", "with room");
        await AssertSaysAsync(async () => await _storage.WriteAsync($"{disk.Path}/f", large, Token), $"{disk.Path}/f", "with room");
        await AssertSaysAsync(
            async () =>
            {
                await using StorageWriter writer = await _storage.CreateAsync($"{disk.Path}/f", Token);
                for (int part = 0; part < 100; part++)
                {
                    await writer.Stream.WriteAsync(large.AsMemory(0, 2_000), Token);
                }

                await writer.CompleteAsync(Token);
            },
            $"{disk.Path}/f",
            "with room");
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Path));
        Assert.True(await _storage.TryCreateAsync($"{disk.Path}/small", "x"u8.ToArray(), Token));
    }

    [Fact]
    public async Task ListAsync_LinkToAFolderAbove_DoesNotGoAround()
    {
        _folder.Write("f", "x");
        File.CreateSymbolicLink(_folder.File("loop"), _folder.Path);
        List<string> found = [];
        await foreach (StoredFile file in _storage.ListAsync(_folder.Path, Token))
        {
            found.Add(file.Location);
        }

        Assert.Contains(_folder.File("f"), found);
        Assert.DoesNotContain(found, location => location.Contains("loop/", StringComparison.Ordinal));
    }

    private static async Task AssertSaysAsync(Func<Task> call, string place, string says)
    {
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(call);
        Assert.Contains(place, failure.Message, StringComparison.Ordinal);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }
}
