using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Sessionize.Cli.DeadLetters;

/// <summary>Reads a file of dead letters, as <c>run</c> and <c>batch</c> write it.</summary>
internal static class LetterFile
{
    private const int BufferBytes = 1 << 16;

    /// <summary>The letters, in their order. A last line without its end is one that is being written, and left out.</summary>
    /// <exception cref="SessionizeException">The file cannot be read, or a line is no letter.</exception>
    public static async IAsyncEnumerable<DeadLetter> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using Stream file = Open(path);
        byte[] buffer = new byte[BufferBytes];
        int filled = 0;
        long line = 0;
        while (true)
        {
            int read = await file.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                yield break;
            }

            filled += read;
            int start = 0;
            while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                yield return Parse(buffer.AsMemory(start, length), path, ++line);
                start += length + 1;
            }

            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SessionizeException($"There is no file of dead letters '{path}': either no event was bad or late, or it lies elsewhere: name the file, or give --warehouse and --pipeline.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException($"Cannot read the dead letters '{path}': {failure.Message}", failure);
        }
    }

    private static DeadLetter Parse(ReadOnlyMemory<byte> line, string path, long number)
    {
        try
        {
            using JsonDocument letter = JsonDocument.Parse(line);
            JsonElement root = letter.RootElement;
            bool isLine = root.TryGetProperty("line", out JsonElement position);
            return new DeadLetter(
                root.GetProperty("source").GetString()!,
                isLine ? position.GetInt64() : root.GetProperty("position").GetInt64(),
                root.GetProperty("byte_offset") is { ValueKind: JsonValueKind.Number } offset ? offset.GetInt64() : null,
                root.GetProperty("reason").GetString()!,
                root.GetProperty("raw_encoding").GetString() == "base64" ? root.GetProperty("raw").GetBytesFromBase64() : Encoding.UTF8.GetBytes(root.GetProperty("raw").GetString()!),
                root.GetProperty("raw_truncated").GetBoolean());
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SessionizeException($"Line {number} of '{path}' is no dead letter: it has not the fields source, position or line, byte_offset, reason, raw, raw_encoding and raw_truncated. Name a file that 'run' or 'batch' wrote.", failure);
        }
    }
}
