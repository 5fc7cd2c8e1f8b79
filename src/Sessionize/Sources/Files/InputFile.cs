using Microsoft.Win32.SafeHandles;
using Sessionize.Storage;

namespace Sessionize.Sources.Files;

/// <summary>An input of a run: a file, or standard input.</summary>
internal sealed class InputFile : IDisposable
{
    /// <summary>What stands for standard input.</summary>
    public const string StandardInput = "-";

    private readonly string _path;
    private Stream? _held;

    private InputFile(string path, Stream? held, long? length, bool isPlain = false) =>
        (_path, _held, Length, IsPlain) = (path, held, length, isPlain);

    /// <summary>The name in messages and dead letters.</summary>
    public string Name => IsStandardInput ? "standard input" : _path;

    public bool IsStandardInput => _path == StandardInput;

    /// <summary>The bytes as stored; <see langword="null"/> for a pipe.</summary>
    public long? Length { get; }

    /// <summary>Whether it is a file that is stored as it is, so that any thread can read any part of it.</summary>
    public bool IsPlain { get; }

    /// <summary>Looks whether a path can be read.</summary>
    /// <exception cref="SessionizeException">It cannot; the message says why.</exception>
    public static InputFile Check(string path)
    {
        if (path == StandardInput)
        {
            return new InputFile(path, held: null, length: null);
        }

        if (Directory.Exists(path))
        {
            throw new SessionizeException($"'{path}' is a folder: name the files in it, for example '{Path.Combine(path, "*.ndjson")}'.");
        }

        FileStream stream = OpenFile(path);
        if (!FileIdentity.IsRegularFile(path))
        {
            // A pipe opened twice would lose its writer in between, so it stays open.
            return new InputFile(path, stream, length: null);
        }

        using (stream)
        {
            // Some files say that they are empty, and are not: those of /proc, for example. They are read like pipes.
            Span<byte> start = stackalloc byte[InputDecoding.MagicBytes];
            start = start[..ReadStart(stream, start)];
            return new InputFile(path, held: null, stream.Length, stream.Length > 0 && InputDecoding.IsPlain(start));
        }
    }

    /// <summary>Opens the input at its beginning.</summary>
    /// <exception cref="SessionizeException">It cannot be opened any more.</exception>
    public Stream Open()
    {
        Stream opened = _held ?? (IsStandardInput ? Console.OpenStandardInput() : OpenFile(_path));
        _held = null;
        return opened;
    }

    /// <summary>Opens a file for reading at any place.</summary>
    /// <exception cref="SessionizeException">It cannot be opened any more.</exception>
    public SafeFileHandle OpenHandle()
    {
        try
        {
            return File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException($"Cannot open '{_path}' any more: {failure.Message}", failure);
        }
    }

    public void Dispose() => _held?.Dispose();

    private static int ReadStart(FileStream stream, Span<byte> start)
    {
        try
        {
            return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException($"Cannot read '{stream.Name}' at byte 0: {failure.Message}", failure);
        }
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            // The decoder has a buffer of its own.
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SessionizeException($"There is no file '{path}': check the name; a pattern such as 'data/*.ndjson' may be used.", failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new SessionizeException($"'{path}' may not be read: give this user permission to read it.", failure);
        }
        catch (Exception failure) when (failure is IOException or ArgumentException)
        {
            throw new SessionizeException($"Cannot open '{path}': {failure.Message}", failure);
        }
    }
}
