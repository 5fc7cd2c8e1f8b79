using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sessionize.Storage;

namespace Sessionize.Engine.Batch;

/// <summary>Memory that does not move, beside the managed heap, with anything in it; released with the instance, or by the collector after it.</summary>
/// <remarks>
/// Native, not pinned arrays: it can begin where a large page does. Touched for the first time, memory costs an interrupt for each page of
/// 4 KB, and looking up users all over it misses the processor's table of pages; with pages of 2 MB there is little of either.
/// </remarks>
internal sealed unsafe class NativeBlock : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>The size of a large page, and the least size of a block that has some.</summary>
    public const int LargePage = 2 * 1024 * 1024;

    private const int CacheLine = 64;

    public NativeBlock(nuint bytes)
        : base(ownsHandle: true)
    {
        bool isLarge = bytes >= LargePage;
        void* start = NativeMemory.AlignedAlloc(bytes, isLarge ? (nuint)LargePage : CacheLine);
        SetHandle((nint)start);
        if (isLarge)
        {
            Unix.AdviseLargePages((nint)start, bytes);
        }
    }

    public byte* Start => (byte*)handle;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
