using System.Text.Json;
using Sessionize.Storage;

namespace Sessionize.Sinks;

/// <summary>Writes dead letters to a file, one JSON object a line.</summary>
/// <remarks>
/// <para>The fields: <c>source</c>; <c>line</c> in a file, else <c>partition</c> and <c>position</c>; <c>byte_offset</c> in the
/// decompressed file, or null; <c>reason</c>; <c>raw</c>, text as it stands where it is UTF-8, else Base64, which
/// <c>raw_encoding</c> tells (<c>utf-8</c>, <c>base64</c>); <c>raw_truncated</c>. Text is cut between two characters.</para>
/// <para>File and folders come with the first letter. Without <see cref="ForBatch"/> letters are appended and durable with
/// <see cref="FlushAsync"/>. The file is held only from a write to its flush, so that several processes can share it.</para>
/// </remarks>
public sealed class NdjsonDeadLetterSink : IDeadLetterSink
{
    private const int MostTries = 100;
    private const int NoSharing = 32;
    private const int WouldBlock = 11;
    private const int WouldBlockOnBsd = 35;
    private const int LongestLine = 1 << 20;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly string _path;
    private bool _isToReplace;
    private AtomicFile? _whole;
    private GrowingFile? _appended;

    /// <summary>Appends to a file.</summary>
    /// <param name="path">The file's name.</param>
    public NdjsonDeadLetterSink(string path)
        : this(path, replace: false)
    {
    }

    private NdjsonDeadLetterSink(string path, bool replace)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _isToReplace = replace;
    }

    /// <summary>Writes the file of one run, which appears whole, at the first flush, or not at all; it takes the place of an earlier run's.</summary>
    /// <param name="path">
    /// The file's name. When there is no letter by the first flush, no file is written and a file of earlier letters is deleted: they are not
    /// this run's. Any other file stays. Letters that come after that flush are appended.
    /// </param>
    /// <returns>The sink, which takes one run.</returns>
    public static NdjsonDeadLetterSink ForBatch(string path) => new(path, replace: true);

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The file cannot be written.</exception>
    public async ValueTask WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letters);
        if (letters.Count == 0)
        {
            return;
        }

        try
        {
            Stream file = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(DeadLetterLines.Format(letters), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(failure);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The disk is full, or an earlier run's file cannot be read or deleted.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_isToReplace)
        {
            await ReplaceAsync(cancellationToken).ConfigureAwait(false);
            _isToReplace = false;
            return;
        }

        if (_appended is not { } file)
        {
            return;
        }

        try
        {
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            file.Flush(toDisk: true);
            _appended = null;
            await file.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_whole is not null)
        {
            await _whole.DisposeAsync().ConfigureAwait(false);
        }

        if (_appended is { } file)
        {
            _appended = null;
            try
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }
            catch (IOException)
            {
                // What was not flushed was not promised, and whoever wrote it was told.
            }
        }
    }

    private async ValueTask ReplaceAsync(CancellationToken cancellationToken)
    {
        if (_whole is { } whole)
        {
            await whole.CompleteAsync(cancellationToken).ConfigureAwait(false);
            _whole = null;
            return;
        }

        try
        {
            // As when it is written, a link is followed, and a device or a pipe is nobody's letters of an earlier run.
            string earlier = File.Exists(_path) ? File.ResolveLinkTarget(_path, returnFinalTarget: true)?.FullName ?? _path : _path;
            if (File.Exists(earlier) && FileIdentity.IsRegularFile(earlier) && HoldsLetters(earlier))
            {
                File.Delete(earlier);
                Unix.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(earlier))!);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // The folder comes with the first letter.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException(
                $"Cannot look for dead letters of an earlier run in '{_path}' and delete them: {failure.Message} Delete the file, or choose another place.", failure);
        }
    }

    /// <summary>Whether the file begins with a line of this sink: what somebody else wrote is not deleted.</summary>
    private static bool HoldsLetters(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] start = new byte[(int)Math.Min(file.Length, LongestLine)];
        int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        int end = Array.IndexOf(start, (byte)'\n', 0, length);
        try
        {
            using JsonDocument line = JsonDocument.Parse(start.AsMemory(0, end < 0 ? length : end));
            return line.RootElement.ValueKind == JsonValueKind.Object
                && line.RootElement.TryGetProperty("reason"u8, out _)
                && line.RootElement.TryGetProperty("raw_encoding"u8, out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        if ((_whole?.Stream ?? _appended) is { } open)
        {
            return open;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(_path)) ?? _path;
        Directory.CreateDirectory(folder);
        if (_isToReplace)
        {
            return (_whole = AtomicFile.Create(_path, overwrite: true)).Stream;
        }

        bool isNew = !File.Exists(_path);
        _appended = await AppendAsync(cancellationToken).ConfigureAwait(false);
        if (isNew)
        {
            Unix.FlushFolder(folder);
        }

        return _appended;
    }

    private async ValueTask<GrowingFile> AppendAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                FileStream file = new(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                EndTornLine(file);
                return new GrowingFile(file);
            }
            catch (IOException failure) when ((failure.HResult & 0xFFFF) is NoSharing or WouldBlock or WouldBlockOnBsd)
            {
                if (attempt == MostTries)
                {
                    throw new SessionizeException(
                        $"Cannot write the dead letters to '{_path}': another process has held the file for {MostTries * s_pause.TotalSeconds:0} seconds. "
                            + "One that stands still has to go on or be ended; then this is to be run again.",
                        failure,
                        isTransient: true);
                }

                // Another process, or somebody's editor, holds the file for a moment.
                await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A crash may have left half a line: it must not take the next letter with it.</summary>
    private static void EndTornLine(FileStream file)
    {
        if (!file.CanSeek || file.Length == 0)
        {
            return;
        }

        file.Seek(-1, SeekOrigin.End);
        if (file.ReadByte() != '\n')
        {
            file.WriteByte((byte)'\n');
        }
    }

    private SessionizeException Failed(Exception failure) => new(
        $"Cannot write the dead letters to '{_path}': {failure.Message.TrimEnd('.')}. Choose a place with room and write permission.", failure);
}
