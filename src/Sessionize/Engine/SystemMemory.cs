using System.Runtime.InteropServices;

namespace Sessionize.Engine;

/// <summary>Memory from the system itself, with large pages.</summary>
internal static unsafe class SystemMemory
{
    private const int MayReadAndWrite = 3;
    private const int OwnAndWithoutFile = 0x22;
    private const int UseLargePages = 14;
    private const nint Failed = -1;

    /// <summary>Gets memory on Linux, all of it zero and none of it touched, and asks for large pages for it.</summary>
    /// <param name="bytes">Its length.</param>
    /// <returns>The memory, at the beginning of a page; <see langword="null"/> where the system has another way, or no memory.</returns>
    public static void* TryMap(nuint bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        nint start = Map(0, bytes, MayReadAndWrite, OwnAndWithoutFile, -1, 0);
        if (start == Failed)
        {
            return null;
        }

        // A request only: there need not be any.
        _ = Advise(start, bytes, UseLargePages);
        return (void*)start;
    }

    /// <summary>Gives memory of <see cref="TryMap"/> back.</summary>
    public static void Release(void* start, nuint bytes) => _ = Unmap((nint)start, bytes);

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Map(nint place, nuint bytes, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(nint start, nuint bytes);

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(nint start, nuint bytes, int advice);
}
