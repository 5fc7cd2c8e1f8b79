using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sessionize.Engine;

/// <summary>Memory that does not move, beside the managed heap; released with the instance, or by the collector after it.</summary>
/// <remarks>
/// Native, not pinned arrays: it can begin where a large page does. Touched for the first time, memory costs an interrupt for each page of
/// 4 KB, and looking up users all over it misses the processor's table of pages; with pages of 2 MB there is little of either.
/// </remarks>
internal sealed unsafe class NativeBlock : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>The size of a large page, and the least size of a block that has some.</summary>
    public const int LargePage = 2 * 1024 * 1024;

    private const int SmallPage = 4096;
    private const int CacheLine = 64;

    private readonly nuint _bytes;
    private readonly nuint _mappedBytes;

    /// <summary>Gets memory with anything in it.</summary>
    public NativeBlock(nuint bytes)
        : base(ownsHandle: true)
    {
        _bytes = bytes;
        void* mapped = bytes < LargePage ? null : SystemMemory.TryMap(bytes + LargePage);
        _mappedBytes = mapped == null ? 0 : bytes + LargePage;
        SetHandle((nint)(mapped == null ? NativeMemory.AlignedAlloc(bytes, CacheLine) : mapped));
        Start = (byte*)(mapped == null ? handle : (handle + LargePage - 1) & -(nint)LargePage);
    }

    public byte* Start { get; }

    /// <summary>Makes all of a new block zero.</summary>
    public void Clear()
    {
        if (_mappedBytes == 0)
        {
            NativeMemory.Clear(Start, _bytes);
            return;
        }

        // It is zero. But a page that is read before it is written costs two interrupts, the second of all processors.
        for (nuint at = 0; at < _bytes; at += SmallPage)
        {
            Start[at] = 0;
        }
    }

    protected override bool ReleaseHandle()
    {
        if (_mappedBytes == 0)
        {
            NativeMemory.AlignedFree((void*)handle);
        }
        else
        {
            SystemMemory.Release((void*)handle, _mappedBytes);
        }

        return true;
    }
}
