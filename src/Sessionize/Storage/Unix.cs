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
    private const uint KeepExisting = 1;
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

    /// <summary>Renames a file unless there is something of the new name. <c>rename</c> alone cannot: it replaces.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its new name, on the same file system.</param>
    /// <returns>Whether it has the name now; otherwise there is something of that name, and both stay as they are.</returns>
    /// <exception cref="IOException">The folder has gone or cannot be written, or the file system can do it in no way.</exception>
    public static bool TryRename(string from, string to)
    {
        if (Link(CurrentFolder, Terminated(from), CurrentFolder, Terminated(to), 0) == 0)
        {
            File.Delete(from);
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        if (error is not (FileExists or NoSuchFolder) && OperatingSystem.IsLinux())
        {
            // File systems without hard links, such as FAT.
            if (RenameUnlessThere(CurrentFolder, Terminated(from), CurrentFolder, Terminated(to), KeepExisting) == 0)
            {
                return true;
            }

            error = Marshal.GetLastPInvokeError();
        }

        string message = Marshal.GetPInvokeErrorMessage(error);
        return error switch
        {
            FileExists => false,
            NoSuchFolder => throw new DirectoryNotFoundException(message),
            _ => throw new IOException(message, error),
        };
    }

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

    [DllImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    private static extern int RenameUnlessThere(int fromFolder, byte[] from, int toFolder, byte[] to, uint flags);

    [DllImport("libc", EntryPoint = "fsync")]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
