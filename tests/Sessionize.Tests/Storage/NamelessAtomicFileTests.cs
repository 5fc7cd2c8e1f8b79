using Microsoft.Win32.SafeHandles;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Tests.Storage;

/// <summary>Files without a name, where the file system of temporary files has them; elsewhere these run the other way, too.</summary>
public sealed class NamelessAtomicFileTests() : AtomicFileTests(mayBeNameless: true)
{
    [Fact]
    public async Task Create_BeforeCompleting_HasNoNameThatAKillCouldLeave()
    {
        using SafeFileHandle? probe = Unix.TryOpenNameless(Folder.Path, UnixFileMode.UserRead);
        Assert.SkipWhen(probe is null, "The file system of temporary files has no files without a name: set TMPDIR to a folder on another one, such as ext4.");

        await using AtomicFile file = Create(Folder.File("out.ndjson"), overwrite: true);
        await file.Stream.WriteAsync(new byte[1_000_000], Token);
        await file.Stream.FlushAsync(Token);
        Assert.Empty(Folder.Names());
        await file.CompleteAsync(Token);
        Assert.Equal(1_000_000, new FileInfo(Folder.File("out.ndjson")).Length);
    }

    [Fact]
    public void TryOpenNameless_FolderThatIsNone_GivesNothing()
    {
        Assert.Null(Unix.TryOpenNameless(Folder.File("missing"), UnixFileMode.UserRead));
        Assert.Null(Unix.TryOpenNameless(Folder.Write("file", "x"), UnixFileMode.UserRead));
    }
}
