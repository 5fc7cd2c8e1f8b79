using System.Diagnostics;
using Sessionize.Storage;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Storage;

public sealed class FileIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AreSame_OtherSpellingOfOnePath_IsTrue()
    {
        string path = _folder.Write("a", "x");
        Directory.CreateDirectory(_folder.File("sub"));
        Assert.True(FileIdentity.AreSame(path, _folder.File("sub/../a")));
        Assert.True(FileIdentity.AreSame(path, Path.GetRelativePath(Environment.CurrentDirectory, path)));
    }

    [Fact]
    public void AreSame_LinkToFileOrFolder_IsTrue()
    {
        Directory.CreateDirectory(_folder.File("real"));
        string path = _folder.Write("real/a", "x");
        File.CreateSymbolicLink(_folder.File("link"), "real/a");
        File.CreateSymbolicLink(_folder.File("again"), "link");
        Directory.CreateSymbolicLink(_folder.File("folder"), "real");
        Assert.True(FileIdentity.AreSame(path, _folder.File("again")));
        Assert.True(FileIdentity.AreSame(_folder.File("folder/a"), path));
    }

    [Fact]
    public void AreSame_HardLink_IsTrue()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Hard links are seen on Linux only.");
        string path = _folder.Write("a", "x");
        string other = _folder.File("b");
        using Process process = Process.Start("ln", [path, other]);
        process.WaitForExit();
        Assert.True(FileIdentity.AreSame(path, other));
    }

    [Fact]
    public void AreSame_OtherOrMissingFile_IsFalse()
    {
        string path = _folder.Write("a", "x");
        string other = _folder.Write("b", "x");
        Assert.False(FileIdentity.AreSame(path, other));
        Assert.False(FileIdentity.AreSame(path, _folder.File("missing")));
        Assert.False(FileIdentity.AreSame(_folder.File("missing"), _folder.File("other")));
    }

    [Fact]
    public void AreSame_FileThatDoesNotExistYet_IsTrueByItsPlace()
    {
        Directory.CreateDirectory(_folder.File("real"));
        Directory.CreateSymbolicLink(_folder.File("folder"), _folder.File("real"));
        File.CreateSymbolicLink(_folder.File("link"), _folder.File("real/missing"));

        Assert.True(FileIdentity.AreSame(_folder.File("real/missing"), _folder.File("real/../real/missing")));
        Assert.True(FileIdentity.AreSame(_folder.File("real/missing"), _folder.File("folder/missing")));
        Assert.True(FileIdentity.AreSame(_folder.File("real/missing"), _folder.File("link")));
    }

    [Fact]
    public void IsRegularFile_FileAndDevice_Differ()
    {
        Assert.True(FileIdentity.IsRegularFile(_folder.Write("a", "")));
        if (OperatingSystem.IsLinux())
        {
            Assert.False(FileIdentity.IsRegularFile("/dev/null"));
        }
    }
}
