using System.Runtime.InteropServices;

namespace Sessionize.Tests.Parsing;

/// <summary>Memory with a page behind it that cannot be read: who reads a byte too far crashes, instead of finding something.</summary>
/// <remarks>Only on Linux; elsewhere plain memory.</remarks>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int PageBytes = 64 * 1024;
    private const int ReadAndWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly byte* _start;
    private readonly nuint _mapped;

    public GuardedMemory(int bytes)
    {
        Length = bytes;
        _mapped = (((nuint)bytes + PageBytes - 1) / PageBytes * PageBytes) + PageBytes;
        if (!OperatingSystem.IsLinux())
        {
            _start = (byte*)NativeMemory.Alloc(_mapped);
            return;
        }

        _start = Map(null, _mapped, ReadAndWrite, PrivateAnonymous, -1, 0);
        if ((nint)_start == -1 || Protect(_start + _mapped - PageBytes, PageBytes, 0) != 0)
        {
            throw new InvalidOperationException($"The guard page could not be set up: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    public int Length { get; }

    /// <summary>The first byte; the guard follows the last one.</summary>
    public byte* Start => End - Length;

    private byte* End => _start + _mapped - PageBytes;

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Unmap(_start, _mapped);
        }
        else
        {
            NativeMemory.Free(_start);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(void* address, nuint length);
}
