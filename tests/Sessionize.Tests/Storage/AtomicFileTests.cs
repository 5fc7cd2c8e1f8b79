using System.Text;
using Sessionize.Storage;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Storage;

/// <summary>What holds for both ways of writing a file.</summary>
public abstract class AtomicFileTests(bool mayBeNameless) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected TemporaryFolder Folder => _folder;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task CompleteAsync_AfterWriting_ShowsTheWholeFileAndNothingElse()
    {
        string path = _folder.File("out.ndjson");
        await using (AtomicFile file = Create(path, overwrite: false))
        {
            await file.Stream.WriteAsync("one\n"u8.ToArray(), Token);
            Assert.False(File.Exists(path));
            await file.CompleteAsync(Token);
        }

        Assert.Equal("one\n", File.ReadAllText(path));
        Assert.Equal(["out.ndjson"], _folder.Names());
    }

    [Fact]
    public async Task DisposeAsync_WithoutCompleting_LeavesNothingAndTheOldFileAsItWas()
    {
        string path = _folder.Write("out.ndjson", "old");
        AtomicFile file = Create(path, overwrite: true);
        await file.Stream.WriteAsync(new byte[1_000_000], Token);
        await file.DisposeAsync();
        await file.DisposeAsync();

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["out.ndjson"], _folder.Names());
    }

    [Fact]
    public async Task CompleteAsync_WithOverwrite_ReplacesTheFileAndKeepsItsMode()
    {
        string path = _folder.Write("out.ndjson", "old");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await WriteAsync(path, "new", overwrite: true);

        Assert.Equal("new", File.ReadAllText(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void Create_ExistingFileWithoutOverwrite_IsRefusedByName()
    {
        string path = _folder.Write("out.ndjson", "old");
        SessionizeException refusal = Assert.Throws<SessionizeException>(() => Create(path, overwrite: false));
        Assert.Contains($"'{path}' exists already", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["out.ndjson"], _folder.Names());
    }

    [Fact]
    public async Task CompleteAsync_FileAppearedMeanwhile_IsRefusedAndKeepsIt()
    {
        string path = _folder.File("out.ndjson");
        await using (AtomicFile file = Create(path, overwrite: false))
        {
            File.WriteAllText(path, "theirs");
            SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(async () => await file.CompleteAsync(Token));
            Assert.Contains("exists already", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal("theirs", File.ReadAllText(path));
        Assert.Equal(["out.ndjson"], _folder.Names());
    }

    [Fact]
    public async Task CompleteAsync_Cancelled_LeavesNothing()
    {
        await using (AtomicFile file = Create(_folder.File("out.ndjson"), overwrite: false))
        {
            await file.Stream.WriteAsync("one"u8.ToArray(), Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await file.CompleteAsync(new CancellationToken(true)));
        }

        Assert.Empty(_folder.Names());
    }

    [Fact]
    public async Task CompleteAsync_OverwriteWithoutAnOldFile_CreatesIt()
    {
        await WriteAsync(_folder.File("out.ndjson"), "new", overwrite: true);
        Assert.Equal("new", File.ReadAllText(_folder.File("out.ndjson")));
        Assert.Equal(["out.ndjson"], _folder.Names());
    }

    [Fact]
    public async Task CompleteAsync_FolderHasGone_SaysSoAndLeavesNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a folder that can be renamed with open files in it.");
        Directory.CreateDirectory(_folder.File("here"));
        await using (AtomicFile file = Create(_folder.File("here/out.ndjson"), overwrite: false))
        {
            Directory.Move(_folder.File("here"), _folder.File("there"));
            SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await file.CompleteAsync(Token));
            Assert.Contains("here/out.ndjson", failure.Message, StringComparison.Ordinal);
            Directory.Move(_folder.File("there"), _folder.File("here"));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.File("here")));
    }

    [Fact]
    public async Task CompleteAsync_NewFile_HasTheModeOfOtherNewFiles()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Needs modes of files.");
            return;
        }

        await WriteAsync(_folder.File("out.ndjson"), "new", overwrite: false);
        File.WriteAllText(_folder.File("other"), "");
        Assert.Equal(File.GetUnixFileMode(_folder.File("other")), File.GetUnixFileMode(_folder.File("out.ndjson")));
    }

    [Fact]
    public async Task CompleteAsync_Twice_IsMisuse()
    {
        await using AtomicFile file = Create(_folder.File("out.ndjson"), overwrite: false);
        await file.CompleteAsync(Token);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await file.CompleteAsync(Token));
    }

    [Fact]
    public void Create_MissingFolder_SaysSo()
    {
        string path = _folder.File("missing/out.ndjson");
        SessionizeException refusal = Assert.Throws<SessionizeException>(() => Create(path, overwrite: false));
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("folder does not exist", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_Directory_IsRefused()
    {
        SessionizeException refusal = Assert.Throws<SessionizeException>(() => Create(_folder.Path, overwrite: true));
        Assert.Contains("is a directory", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_Device_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/null.");
        SessionizeException refusal = Assert.Throws<SessionizeException>(() => Create("/dev/null", overwrite: true));
        Assert.Contains("device or a pipe", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CompleteAsync_SymbolicLink_ReplacesWhatItPointsTo()
    {
        string target = _folder.Write("real.ndjson", "old");
        string link = _folder.File("link.ndjson");
        File.CreateSymbolicLink(link, "real.ndjson");

        await WriteAsync(link, "new", overwrite: true);

        Assert.Equal("new", File.ReadAllText(target));
        Assert.Equal("real.ndjson", new FileInfo(link).LinkTarget);
        Assert.Equal(["link.ndjson", "real.ndjson"], _folder.Names());
    }

    [Fact]
    public async Task CompleteAsync_LinkToNothing_CreatesWhatItPointsTo()
    {
        string link = _folder.File("link.ndjson");
        File.CreateSymbolicLink(link, _folder.File("real.ndjson"));

        await WriteAsync(link, "new", overwrite: false);

        Assert.Equal("new", File.ReadAllText(_folder.File("real.ndjson")));
    }

    [Fact]
    public async Task Create_LongestName_Works()
    {
        string path = _folder.File(new string('a', 255));
        await WriteAsync(path, "x", overwrite: false);
        Assert.True(File.Exists(path));
    }

    private protected AtomicFile Create(string path, bool overwrite) => AtomicFile.Create(path, overwrite, mayBeNameless);

    private async Task WriteAsync(string path, string content, bool overwrite)
    {
        await using AtomicFile file = Create(path, overwrite);
        await file.Stream.WriteAsync(Encoding.UTF8.GetBytes(content), Token);
        await file.CompleteAsync(Token);
    }
}
