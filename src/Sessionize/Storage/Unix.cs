using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sessionize.Storage;

/// <summary>The system calls that the class library does not offer.</summary>
internal static class Unix
{
    private const int CurrentFolder = -100;
    private const uint BasicStatistics = 0x7FF;
    private const int FileKindMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int StatxBytes = 256;
    private const int ReadAndWrite = 2;
    private const int CloseOnExec = 0x80000;
    private const int Nameless = 0x400000;
    private const int FollowLink = 0x400;
    private const int NoSuchFolder = 2;
    private const int FileExists = 17;
    private const int MayReadAndWrite = 3;
    private const int OwnAndWithoutFile = 0x22;
    private const int UseLargePages = 14;
    private const string OpenFiles = "/proc/self/fd";

    /// <summary>Makes a rename within the folder durable, where the system can.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(Terminated(folder), 0);
        if (descriptor < 0)
        {
            // The folder may be writable without being readable. The rename itself has happened.
            return;
        }

        // Some file systems cannot do it and say so; there is nothing more to be done on them.
        _ = Sync(descriptor);
        _ = Close(descriptor);
    }

    /// <summary>Looks at a file on Linux, links followed. <c>statx</c> has one layout on all processors, unlike <c>stat</c>.</summary>
    public static bool TryStat(string path, out UnixFile file)
    {
        file = default;
        byte[] result = new byte[StatxBytes];
        try
        {
            if (Statx(CurrentFolder, Terminated(path), 0, BasicStatistics, result) != 0)
            {
                return false;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // An old C library; the caller has another way.
            return false;
        }

        int mode = MemoryMarshal.Read<ushort>(result.AsSpan(28));
        ulong inode = MemoryMarshal.Read<ulong>(result.AsSpan(32));
        uint deviceMajor = MemoryMarshal.Read<uint>(result.AsSpan(136));
        uint deviceMinor = MemoryMarshal.Read<uint>(result.AsSpan(140));
        file = new UnixFile(((ulong)deviceMajor << 32) | deviceMinor, inode, (mode & FileKindMask) == RegularFile);
        return true;
    }

    /// <summary>Opens a file without a name: it goes away with the process, however that ends, unless it is given a name.</summary>
    /// <param name="folder">The folder on whose file system it lies, and in which it can be given a name.</param>
    /// <param name="mode">Who may use it, less what the process's mask takes away.</param>
    /// <returns>The file; <see langword="null"/> where the system or the file system cannot do it, or the folder cannot be written.</returns>
    public static SafeFileHandle? TryOpenNameless(string folder, UnixFileMode mode)
    {
        // Without this folder the file could never be given a name.
        if (!OperatingSystem.IsLinux() || !Directory.Exists(OpenFiles))
        {
            return null;
        }

        // The kernel has two numbers for it.
        int onlyFolders = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Armv6 or Architecture.Arm64 or Architecture.Ppc64le
            ? 0x4000
            : 0x10000;
        int descriptor = Create(Terminated(folder), Nameless | onlyFolders | ReadAndWrite | CloseOnExec, (uint)mode);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Gives a file without a name its name.</summary>
    /// <param name="file">The file, of <see cref="TryOpenNameless"/>.</param>
    /// <param name="path">The name, in the folder that the file was opened for.</param>
    /// <returns>Whether it has the name now; otherwise there is something of that name, which stays as it is.</returns>
    /// <exception cref="IOException">The folder has gone, or cannot be written.</exception>
    public static bool TryName(SafeFileHandle file, string path)
    {
        string number = file.DangerousGetHandle().ToString(CultureInfo.InvariantCulture);
        if (Link(CurrentFolder, Terminated($"{OpenFiles}/{number}"), CurrentFolder, Terminated(path), FollowLink) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        string message = Marshal.GetPInvokeErrorMessage(error);
        return error switch
        {
            FileExists => false,
            NoSuchFolder => throw new DirectoryNotFoundException(message),
            _ => throw new IOException(message, error),
        };
    }

    /// <summary>Gets memory from the system itself, on Linux, all of it zero and none of it touched, and asks for large pages for it.</summary>
    /// <param name="bytes">Its length.</param>
    /// <returns>The memory, at the beginning of a page; <see langword="null"/> where the system has another way, or no memory.</returns>
    public static unsafe void* TryMap(nuint bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        nint start = Map(0, bytes, MayReadAndWrite, OwnAndWithoutFile, -1, 0);
        if (start == -1)
        {
            return null;
        }

        // A request only: there need not be any.
        _ = Advise(start, bytes, UseLargePages);
        return (void*)start;
    }

    /// <summary>Gives memory of <see cref="TryMap"/> back.</summary>
    public static unsafe void ReleaseMap(void* start, nuint bytes) => _ = Unmap((nint)start, bytes);

    private static byte[] Terminated(string path) => Encoding.UTF8.GetBytes(path + '\0');

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] result);

    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open(byte[] path, int flags);

    /// <summary><c>open</c> with its third argument, which C does not declare. Linux passes it as it passes a declared one, on all processors.</summary>
    [DllImport("libc", EntryPoint = "open")]
    private static extern int Create(byte[] path, int flags, uint mode);

    [DllImport("libc", EntryPoint = "linkat", SetLastError = true)]
    private static extern int Link(int fromFolder, byte[] from, int toFolder, byte[] to, int flags);

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Map(nint place, nuint bytes, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(nint start, nuint bytes);

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(nint start, nuint bytes, int advice);

    [DllImport("libc", EntryPoint = "fsync")]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
