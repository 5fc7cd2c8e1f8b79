using FsCheck;
using FsCheck.Fluent;
using Parquet;
using Parquet.Schema;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Events;

/// <summary>What is no whole Parquet file fails with a sentence, and never hangs.</summary>
public sealed class DamagedEventFileTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Inputs_ThatAreNotThere_AreListedAtOnce()
    {
        string missing = _folder.File("no.parquet"), pattern = _folder.File("*.parquet");
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => EventFiles.ReadAsync([missing, _folder.Path, pattern]));
        Assert.Equal(
            [
                $"No file matches '{pattern}': check folder and pattern.",
                $"There is no file '{missing}': check the name; a pattern such as 'data/*.parquet' may be used.",
                $"'{_folder.Path}' is a folder: name the files in it, for example '{Path.Combine(_folder.Path, "*.parquet")}'.",
            ],
            failure.Message.Split(Environment.NewLine));
    }

    [Theory]
    [InlineData("", "is no Parquet file, or was cut off: it has 0 bytes")]
    [InlineData("PAR1PAR1", "is no Parquet file, or was cut off: it has 8 bytes")]
    [InlineData("{\"uuid\":\"u\",\"event_timestamp\":1}\n", "is no Parquet file: it does not begin with 'PAR1'")]
    [InlineData("PAR1 and then something else", "ends too early")]
    [InlineData("PARE and then something PARE", "is an encrypted Parquet file")]
    [InlineData("PAR1 and then something PARE", "is an encrypted Parquet file")]
    [InlineData("PAR1    ~~~~PAR1", "its footer of 2122219134 bytes does not fit into it")]
    [InlineData("PAR1    \0\0\0\0PAR1", "its footer does not hold together")]
    public async Task File_OfAnotherKind_IsRefused(string content, string sentence)
    {
        string path = _folder.Write("a.parquet", content);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => EventFiles.ReadAsync(path).WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.Contains($"'{path}' ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Device_IsRefused_BeforeItIsOpened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a device as Linux has it.");
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => EventFiles.ReadAsync("/dev/null"));
        Assert.Equal("'/dev/null' is a pipe or a device, and Parquet is read from its end: put it into a file.", failure.Message);
    }

    [Fact]
    public async Task File_CutAnywhere_IsRefused()
    {
        string path = await WriteAsync(CompressionMethod.Zstd);
        byte[] whole = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        for (int length = 0; length < whole.Length; length++)
        {
            _folder.Write("cut.parquet", whole.AsSpan(0, length));
            SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => EventFiles.ReadAsync(_folder.File("cut.parquet")));
            Assert.Contains("cut.parquet", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Zstd)]
    [InlineData(CompressionMethod.Gzip)]
    public async Task File_WithRandomDamage_IsReadOrRefused_AndEndsInAnyCase(CompressionMethod method)
    {
        string path = await WriteAsync(method);
        byte[] whole = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        Gen<(int At, byte Value)[]> damages = Gen.ArrayOf(Gen.Choose(4, whole.Length - 5).Zip(Gen.Choose(0, 255)).Select(pair => (pair.Item1, (byte)pair.Item2)), 3);
        int refused = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(damages.ToArbitrary(), drawn =>
        {
            byte[] damaged = [.. whole];
            foreach ((int at, byte value) in drawn.Take(1 + (drawn[0].At % 3)))
            {
                damaged[at] = value;
            }

            refused += IsRead(_folder.Write("damaged.parquet", damaged)) ? 0 : 1;
        }));
        Assert.InRange(refused, 15, 150);
    }

    [Fact]
    public async Task Footer_WithAnyDamagedByte_IsReadOrRefused_AndEndsInAnyCase()
    {
        string path = await WriteAsync(CompressionMethod.None);
        byte[] whole = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        int footer = whole.Length - 8 - BitConverter.ToInt32(whole, whole.Length - 8);
        foreach (int at in Enumerable.Range(footer, whole.Length - 8 - footer))
        {
            foreach (byte value in (byte[])[0x7F, (byte)(whole[at] + 0x10)])
            {
                byte[] damaged = [.. whole];
                damaged[at] = value;
                IsRead(_folder.Write("damaged.parquet", damaged));
            }
        }
    }

    [Fact]
    public async Task Page_WithChecksum_AndAnyDamagedByte_IsNeverTakenForOther()
    {
        // Files of sessions have checksums, and their rows can be read as events.
        SessionizationOptions options = new() { Fields = { UserId = "uuid", Timestamp = "session_start_time_ms", PageName = "entry_page", EventId = "session_id" } };
        byte[] whole = SessionFiles.Write([HostileSessions.Sample(new Random(1), 30, _ => true)]).File;
        List<EventRow> expected = await EventFiles.ReadAsync(_folder.Write("damaged.parquet", whole), options);
        int footer = whole.Length - 8 - BitConverter.ToInt32(whole, whole.Length - 8);
        int refused = 0;
        for (int at = 4; at < footer; at += 3)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x10;
            try
            {
                Assert.Equal(expected, await EventFiles.ReadAsync(_folder.Write("damaged.parquet", damaged), options));
            }
            catch (SessionizeException)
            {
                refused++;
            }
        }

        Assert.True(refused > 200, $"{refused} of {footer} damages were found.");
    }

    private static bool IsRead(string path)
    {
        try
        {
            EventFiles.ReadAsync(path).WaitAsync(s_limit).GetAwaiter().GetResult();
            return true;
        }
        catch (SessionizeException failure)
        {
            Assert.Contains(path, failure.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private Task<string> WriteAsync(CompressionMethod method)
    {
        ClickstreamEvent[] events = [.. Enumerable.Range(0, 120).Select(i => new ClickstreamEvent($"user-{i % 7}", 1_704_110_400_000 + i, $"page {i % 3}", i % 4 == 0 ? null : $"id-{i}"))];
        ParquetSchema schema = new(
            new DataField<string>("uuid"), new DataField<long>("event_timestamp"), new DataField<string>("page_name"), new DataField<string>("event_id"));
        ParquetOptions options = new() { CompressionMethod = method, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest };
        options.ColumnEncodingHints["uuid"] = EncodingHint.Dictionary;
        return EventFiles.WriteAsync(_folder.File("a.parquet"), schema, events.Chunk(70).Select(group => (Array[])
        [
            group.Select(e => e.UserId).ToArray(),
            group.Select(e => e.TimestampMs).ToArray(),
            group.Select(e => e.PageName).ToArray(),
            group.Select(e => e.EventId).ToArray(),
        ]), options);
    }
}
