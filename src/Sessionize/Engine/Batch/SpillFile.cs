using Microsoft.Win32.SafeHandles;
using Sessionize.Storage;

namespace Sessionize.Engine.Batch;

/// <summary>A temporary file that no way out of the process leaves behind.</summary>
/// <remarks>
/// On Linux it has no name where the file system knows such files; elsewhere on Unix its name is removed as soon as it is open, and on Windows
/// the system removes it with the last handle; so it also goes when the process is killed. Written by one thread; then read by any number.
/// </remarks>
internal sealed class SpillFile : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly string _folder;
    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private int _buffered;
    private long _written;
    private long _extentStart;

    /// <param name="folder">The folder that messages name.</param>
    /// <param name="handle">The file, open for reading and writing; the instance's from now on.</param>
    public SpillFile(string folder, SafeFileHandle handle) => (_folder, _handle) = (folder, handle);

    /// <summary>Makes a file.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="mayBeNameless">Whether a file without a name is tried first.</param>
    /// <exception cref="SessionizeException">The folder is missing, or may not be written to.</exception>
    public static SpillFile Create(string folder, bool mayBeNameless = true)
    {
        if (mayBeNameless && Unix.TryOpenNameless(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite) is { } nameless)
        {
            return new SpillFile(folder, nameless);
        }

        string path = Path.Combine(folder, $".sessionize-{Guid.NewGuid():N}.spill");
        try
        {
            SafeFileHandle handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.DeleteOnClose);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }

            return new SpillFile(folder, handle);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(folder, failure);
        }
    }

    /// <summary>The bytes since <see cref="BeginExtent"/>.</summary>
    public long ExtentBytes => _written + _buffered - _extentStart;

    public void BeginExtent() => _extentStart = _written + _buffered;

    /// <summary>Where what was written since <see cref="BeginExtent"/> stands.</summary>
    public SpillExtent EndExtent() => new(_extentStart, checked((int)ExtentBytes));

    /// <exception cref="SessionizeException">The disk is full.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BufferBytes - _buffered)
        {
            Flush();
        }

        if (bytes.Length >= BufferBytes)
        {
            WriteThrough(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    /// <exception cref="SessionizeException">The disk is full.</exception>
    public void Flush()
    {
        WriteThrough(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }

    /// <exception cref="SessionizeException">The file cannot be read.</exception>
    public void Read(long offset, Span<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                int read = RandomAccess.Read(_handle, bytes, offset);
                if (read == 0)
                {
                    throw new EndOfStreamException("the file ends too early");
                }

                offset += read;
                bytes = bytes[read..];
            }
        }
        catch (IOException failure)
        {
            throw Failed(_folder, failure);
        }
    }

    public void Dispose() => _handle.Dispose();

    private void WriteThrough(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, _written);
            _written += bytes.Length;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(_folder, failure);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw Failed(_folder, GrowingFile.TooLarge(failure));
        }
    }

    private static SessionizeException Failed(string folder, Exception failure) => new(
        $"Cannot keep events in a temporary file in '{folder}': {failure.Message.TrimEnd('.')}. "
        + "Name a folder with room and write permission (--temp, BatchOptions.TempFolder), or allow more memory (--memory, BatchOptions.MemoryBytes).",
        failure);
}
