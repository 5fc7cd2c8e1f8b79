using System.IO.Compression;
using System.Text;
using Sessionize.Sources;

namespace Sessionize.Tests.Sources;

/// <summary>Makes stored content, and reads it through a source as records.</summary>
internal static class FileContent
{
    /// <summary>Takes every line as it stands.</summary>
    public static readonly IEventParser Parser = new RawParser();

    public static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            // The class library writes no member at all.
            return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        }

        using MemoryStream target = new();
        using (GZipStream gzip = new(target, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return target.ToArray();
    }

    public static byte[] Zstd(ReadOnlySpan<byte> content)
    {
        using ZstdSharp.Compressor compressor = new();
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return compressor.Wrap(content).ToArray();
    }

    /// <summary>The records of the inputs, one by one.</summary>
    public static async Task<List<FileRecord>> ReadAsync(IEnumerable<string> inputs, int maxLineBytes = FileEventSource.DefaultMaxLineBytes)
    {
        await using FileEventSource source = new(inputs, Parser, maxLineBytes);
        await source.OpenAsync(CancellationToken.None);
        return await ReadAsync(source);
    }

    public static async Task<List<FileRecord>> ReadAsync(FileEventSource source, int batches = int.MaxValue)
    {
        List<FileRecord> records = [];
        EventBatch batch = new(EventFields.None);
        for (; batches > 0 && await source.ReadAsync(batch, CancellationToken.None) == SourceReadResult.Records; batches--)
        {
            for (int row = 0; row < batch.Count; row++)
            {
                DeadLetter letter = batch.ToDeadLetter(row, batch.Reason(row).ToString());
                records.Add(new FileRecord(
                    letter.Source, letter.Position, letter.ByteOffset!.Value, batch.Reason(row), Encoding.Latin1.GetString(letter.Raw.Span)));
            }
        }

        return records;
    }

    private sealed class RawParser : IEventParser
    {
        public BadEventReason Parse(ReadOnlySpan<byte> record, EventBatch batch) => BadEventReason.None;
    }
}
