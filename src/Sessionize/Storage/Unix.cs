using System.Runtime.InteropServices;
using System.Text;

namespace Sessionize.Storage;

/// <summary>The system calls that the class library does not offer.</summary>
internal static class Unix
{
    private const int CurrentFolder = -100;
    private const uint BasicStatistics = 0x7FF;
    private const int FileKindMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int StatxBytes = 256;

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

    private static byte[] Terminated(string path) => Encoding.UTF8.GetBytes(path + '\0');

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] result);

    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
