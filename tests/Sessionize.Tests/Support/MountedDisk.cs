using System.Diagnostics;
using Xunit;

namespace Sessionize.Tests.Support;

/// <summary>A small disk of its own, in memory; only the administrator of a Linux machine can have one.</summary>
public sealed class MountedDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private MountedDisk()
    {
    }

    public string Path => _folder.Path;

    /// <summary>Mounts a disk; skips the test where that is not permitted.</summary>
    public static async Task<MountedDisk> MountAsync(string options)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a small disk needs Linux and its administrator: run the tests as root.");
        MountedDisk disk = new();
        if (await RunAsync("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.Path) != 0)
        {
            disk._folder.Dispose();
            Assert.Skip("This machine does not permit to mount a disk in memory: run the tests with the capability to administer the system.");
        }

        return disk;
    }

    /// <summary>Changes an option, such as <c>ro</c>.</summary>
    public async Task RemountAsync(string option) => Assert.Equal(0, await RunAsync("mount", "-o", $"remount,{option}", Path));

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", Path);
        _folder.Dispose();
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
