using System.Text;
using Sessionize.State;
using Sessionize.Storage;
using Sessionize.Testing.Contracts;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.State;

public sealed class FileSessionStateStoreTests : IDisposable
{
    private const string Pipeline = "clicks";

    private static readonly LaneId s_lane = new(3);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task VerifyAsync_LocalFiles_KeepsTheContract()
    {
        int places = 0;
        return SessionStateStoreContract.VerifyAsync(
            () =>
            {
                string place = _folder.File($"place {++places}");
                return new SessionStateStorePlace(() => new FileSessionStateStore(new LocalFileStorage(), place, "contract"));
            },
            Token);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task LoadAsync_AnyBitFlippedOrAnyLengthCut_IsFoundAndNamed(int contentBytes)
    {
        StateVersion version = Version(7);
        await PrepareAsync(Open(), version, null, new string('x', contentBytes));
        string path = PathOf(version);
        byte[] whole = await File.ReadAllBytesAsync(path, Token);
        Random random = new(contentBytes);
        foreach (int at in Places(whole.Length, random))
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= (byte)(1 << random.Next(8));
            await ExpectDamageAsync(path, flipped, version);
            await ExpectDamageAsync(path, whole[..at], version);
        }

        await ExpectDamageAsync(path, [.. whole, 0], version);
        await ExpectDamageAsync(path, [.. whole, .. whole], version);
        await ExpectDamageAsync(path, new byte[whole.Length], version);
        await File.WriteAllBytesAsync(path, whole, Token);
        Assert.Equal([new string('x', contentBytes)], await LoadAsync(Open(), version));
    }

    [Fact]
    public async Task LoadAsync_FileOfAnotherLane_IsFoundAndNamed()
    {
        StateVersion version = Version(7);
        FileSessionStateStore store = Open();
        await PrepareAsync(store, version, null, "state");
        Directory.CreateDirectory(_folder.File("4"));
        File.Copy(PathOf(version), Path.Combine(_folder.File("4"), version.Name));

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await store.LoadAsync(new LaneId(4), version, (_, _) => default, Token));

        AssertNames(failure, "lane 4", "lane 3", version.Name);
    }

    [Fact]
    public async Task LoadAsync_FileOfAnotherVersion_IsFoundAndNamed()
    {
        StateVersion version = Version(7);
        StateVersion other = Version(8);
        FileSessionStateStore store = Open();
        await PrepareAsync(store, version, null, "state");
        File.Move(PathOf(version), PathOf(other));

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => LoadAsync(store, other));

        AssertNames(failure, "lane 3", version.Name, other.Name);
    }

    [Fact]
    public async Task LoadAsync_BaseIsMissing_NamesBothVersions()
    {
        StateVersion snapshot = Version(7);
        StateVersion delta = Version(8);
        FileSessionStateStore store = Open();
        await PrepareAsync(store, snapshot, null, "state");
        await PrepareAsync(store, delta, snapshot, "more");
        File.Delete(PathOf(snapshot));

        AssertNames(await Assert.ThrowsAsync<SessionizeException>(() => LoadAsync(store, delta)), snapshot.Name, delta.Name, "missing", "Bring the file back");
    }

    [Fact]
    public async Task LoadAsync_FileOfANewerFormat_IsRefusedWithBothNumbers()
    {
        StateVersion version = Version(7);
        await PrepareAsync(Open(), version, null, "state");
        byte[] newer = await File.ReadAllBytesAsync(PathOf(version), Token);
        newer[8] = 2;
        await File.WriteAllBytesAsync(PathOf(version), newer, Token);

        AssertNames(await Assert.ThrowsAsync<SessionizeException>(() => LoadAsync(Open(), version)), "format version 2", "up to 1");
    }

    [Fact]
    public async Task Calls_PlaceOfAnotherPipeline_AreRefusedWithBothNames()
    {
        await PrepareAsync(Open(), Version(7), null, "state");
        await using FileSessionStateStore other = new(new LocalFileStorage(), _folder.Path, "views");

        Func<Task>[] calls =
        [
            () => PrepareAsync(other, Version(8), null, "state"),
            () => LoadAsync(other, Version(7)),
            async () => await other.ReadCommitAsync("views", Token),
            async () => await other.WriteCommitAsync(null, new SinkCommit("views", Guid.NewGuid(), []), Token),
        ];
        foreach (Func<Task> call in calls)
        {
            AssertNames(await Assert.ThrowsAsync<SessionizeException>(call), "'clicks'", "'views'");
        }
    }

    [Theory]
    [InlineData("../7")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("")]
    [InlineData("ä")]
    public async Task PrepareAsync_NameThatIsNoFileName_IsMisuse(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => PrepareAsync(Open(), new StateVersion(name), null, "state"));

    [Fact]
    public async Task ReadCommitAsync_RecordsAreGone_IsNoFreshStart()
    {
        FileSessionStateStore store = Open();
        SinkCommit? last = null;
        for (int number = 1; number <= 2; number++)
        {
            StateVersion version = Version(number);
            await PrepareAsync(store, version, null, "state");
            SinkCommit commit = new(Pipeline, Guid.NewGuid(), [new LaneCommit(s_lane, last?.Lanes[0].To, version, [], 0)]);
            Assert.True(await store.WriteCommitAsync(last?.Id, commit, Token));
            await store.ConfirmAsync(s_lane, version, Token);
            last = commit;
        }

        Directory.Delete(_folder.File("commits"), recursive: true);

        AssertNames(await Assert.ThrowsAsync<SessionizeException>(async () => await Open().ReadCommitAsync(Pipeline, Token)), "commits", Version(2).Name, "Bring the folder back");
    }

    [Fact]
    public async Task ReadCommitAsync_FirstOpeningCrashedBeforeItsCommit_IsAFirstStart()
    {
        await PrepareAsync(Open(), Version(0), null, "state");
        Assert.Null(await Open().ReadCommitAsync(Pipeline, Token));
    }

    [Fact]
    public async Task ReadCommitAsync_RecordIsDamaged_NoOlderOneTakesItsPlace()
    {
        FileSessionStateStore store = Open();
        SinkCommit first = new(Pipeline, Guid.NewGuid(), []);
        Assert.True(await store.WriteCommitAsync(null, first, Token));
        Assert.True(await store.WriteCommitAsync(first.Id, new SinkCommit(Pipeline, Guid.NewGuid(), []) { Fingerprint = "rules" }, Token));
        string path = Directory.GetFiles(Path.Combine(_folder.Path, "commits", Pipeline)).Max()!;
        byte[] whole = await File.ReadAllBytesAsync(path, Token);
        Random random = new(5);
        for (int at = 0; at < whole.Length; at++)
        {
            foreach (byte[] damaged in (byte[][])[whole[..at], [.. whole[..at], (byte)(whole[at] ^ (1 << random.Next(8))), .. whole[(at + 1)..]]])
            {
                await File.WriteAllBytesAsync(path, damaged, Token);
                AssertNames(await Assert.ThrowsAsync<SessionizeException>(async () => await Open().ReadCommitAsync(Pipeline, Token)), path);
            }
        }
    }

    [Fact]
    public async Task WriteCommitAsync_ProcessThatSleptWhileItsNumberCameAndWent_SwapsNothing()
    {
        SinkCommit first = new(Pipeline, Guid.NewGuid(), []);
        await Open().WriteCommitAsync(null, first, Token);
        SinkCommit last = first;
        PausingFileStorage storage = new(new LocalFileStorage());
        await using FileSessionStateStore sleeper = new(storage, _folder.Path, Pipeline);
        storage.BeforeCreate = async location =>
        {
            for (int swap = 0; swap < 15; swap++)
            {
                SinkCommit next = new(Pipeline, Guid.NewGuid(), []);
                Assert.True(await Open().WriteCommitAsync(last.Id, next, Token));
                last = next;
            }

            File.Delete(FileLocations.ToPath(location));
        };

        Assert.False(await sleeper.WriteCommitAsync(first.Id, new SinkCommit(Pipeline, Guid.NewGuid(), []), Token));

        Assert.Equal(last.Id, (await Open().ReadCommitAsync(Pipeline, Token))!.Id);
        Assert.Equal(15, Directory.GetFiles(Path.Combine(_folder.Path, "commits", Pipeline)).Length);
    }

    [Fact]
    public async Task WriteCommitAsync_OthersWentOnBehindIt_HasSwapped()
    {
        SinkCommit first = new(Pipeline, Guid.NewGuid(), []);
        SinkCommit second = new(Pipeline, Guid.NewGuid(), []);
        await Open().WriteCommitAsync(null, first, Token);
        PausingFileStorage storage = new(new LocalFileStorage());
        await using FileSessionStateStore sleeper = new(storage, _folder.Path, Pipeline);
        storage.AfterCreate = async _ => Assert.True(await Open().WriteCommitAsync(second.Id, new SinkCommit(Pipeline, Guid.NewGuid(), []), Token));

        Assert.True(await sleeper.WriteCommitAsync(first.Id, second, Token));
    }

    [Fact]
    public async Task WriteCommitAsync_OldRecords_AreDeletedAfterTenAndFiveMinutes()
    {
        FileSessionStateStore store = Open();
        Guid? last = null;
        for (int number = 1; number <= 30; number++)
        {
            SinkCommit next = new(Pipeline, Guid.NewGuid(), []);
            Assert.True(await store.WriteCommitAsync(last, next, Token));
            last = next.Id;
            if (number <= 20)
            {
                string path = Directory.GetFiles(Path.Combine(_folder.Path, "commits", Pipeline)).Max()!;
                File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddHours(-1).AddSeconds(number));
            }
        }

        string[] left = [.. Directory.GetFiles(Path.Combine(_folder.Path, "commits", Pipeline)).Order(StringComparer.Ordinal).Select(path => Path.GetFileNameWithoutExtension(path))];
        Assert.Equal(Enumerable.Range(20, 11).Select(number => $"{number:D20}"), left);
    }

    public void Dispose() => _folder.Dispose();

    internal static StateVersion Version(int position) => new($"{position}-{position:x32}");

    internal static ValueTask PrepareStateAsync(ISessionStateStore store, LaneId lane, StateVersion version, StateVersion? basedOn, string content) =>
        store.PrepareAsync(lane, version, basedOn, (stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(content), token), CancellationToken.None);

    internal static async Task<List<string>> LoadStateAsync(ISessionStateStore store, LaneId lane, StateVersion version)
    {
        List<string> parts = [];
        await store.LoadAsync(
            lane,
            version,
            async (stream, token) =>
            {
                using StreamReader reader = new(stream);
                parts.Add(await reader.ReadToEndAsync(token));
            },
            CancellationToken.None);
        return parts;
    }

    private static Task PrepareAsync(ISessionStateStore store, StateVersion version, StateVersion? basedOn, string content) =>
        PrepareStateAsync(store, s_lane, version, basedOn, content).AsTask();

    private static Task<List<string>> LoadAsync(ISessionStateStore store, StateVersion version) => LoadStateAsync(store, s_lane, version);

    private static void AssertNames(SessionizeException failure, params string[] names) =>
        Assert.All(names, name => Assert.Contains(name, failure.Message, StringComparison.Ordinal));

    /// <summary>All places of a short file; of a long one the ends and some between.</summary>
    private static IEnumerable<int> Places(int length, Random random) =>
        length < 1000 ? Enumerable.Range(0, length) : [.. Enumerable.Range(0, 200), .. Enumerable.Range(length - 60, 60), .. Enumerable.Range(0, 100).Select(_ => random.Next(length))];

    private async Task ExpectDamageAsync(string path, byte[] damaged, StateVersion version)
    {
        await File.WriteAllBytesAsync(path, damaged, Token);
        AssertNames(await Assert.ThrowsAsync<SessionizeException>(() => LoadAsync(Open(), version)), "lane 3", version.Name, path, "Bring the file back");
    }

    private string PathOf(StateVersion version) => Path.Combine(_folder.File("3"), version.Name);

    private FileSessionStateStore Open() => new(new LocalFileStorage(), _folder.Path, Pipeline);
}
