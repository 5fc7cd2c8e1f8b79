using Microsoft.Extensions.DependencyInjection;
using Parquet;
using Parquet.Schema;
using Sessionize.DependencyInjection;
using Sessionize.Parquet.Events;
using Sessionize.Parquet.Tests.Support;
using Sessionize.Sinks;
using Xunit;

namespace Sessionize.Parquet.Tests.Events;

public sealed class ParquetEventSourceTests : IDisposable
{
    private const long Noon = 1_704_110_400_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_OfSeveralGroupsAndFiles_ComeInOrder_FromZero()
    {
        ClickstreamEvent[] first = Events(7000, "a"), second = Events(10, "b");
        await EventFiles.WriteTextsAsync(_folder.File("a.parquet"), first, rowsInGroup: 1500);
        await EventFiles.WriteTextsAsync(_folder.File("b.parquet"), second, rowsInGroup: 1);
        List<EventRow> rows = await EventFiles.ReadAsync([_folder.File("*.parquet")]);
        Assert.Equal(
            [.. first.Select((e, i) => Expect(_folder.File("a.parquet"), i, e)), .. second.Select((e, i) => Expect(_folder.File("b.parquet"), i, e))],
            rows);
    }

    [Fact]
    public async Task Seek_ToAnyRow_GoesOnThere()
    {
        string path = await EventFiles.WriteTextsAsync(_folder.File("a.parquet"), Events(2600, "a"), rowsInGroup: 1100);
        List<EventRow> all = await EventFiles.ReadAsync(path);
        await using ParquetEventSource source = new([path], new SessionizationOptions(), EventFields.None);
        await source.OpenAsync(TestContext.Current.CancellationToken);
        foreach (int row in (int[])[0, 1, 1099, 1100, 1101, 2599, 2600, 0, 2200])
        {
            await source.SeekAsync(path, row, TestContext.Current.CancellationToken);
            Assert.Equal(all[row..], await EventFiles.ReadAsync(source));
        }

        await source.SeekAsync(path, 2601, TestContext.Current.CancellationToken);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => EventFiles.ReadAsync(source));
        Assert.Contains("ends before row 2601", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_ThatIsCancelled_LosesNothing()
    {
        string path = await EventFiles.WriteTextsAsync(_folder.File("a.parquet"), Events(4000, "a"), rowsInGroup: 100);
        await using ParquetEventSource source = new([path], new SessionizationOptions(), EventFields.None);
        await source.OpenAsync(TestContext.Current.CancellationToken);
        List<EventRow> rows = [];
        EventBatch batch = new(EventFields.None);
        for (int call = 0; ; call++)
        {
            // Cancelled before it begins: it stops wherever it has to wait.
            using CancellationTokenSource stop = new();
            if (call % 2 == 0)
            {
                await stop.CancelAsync();
            }

            try
            {
                if (await source.ReadAsync(batch, stop.Token) != SourceReadResult.Records)
                {
                    break;
                }
            }
            catch (OperationCanceledException)
            {
                continue;
            }

            rows.AddRange(Enumerable.Range(0, batch.Count).Select(row => EventRow.Of(batch, row)));
        }

        Assert.Equal(await EventFiles.ReadAsync(path), rows);
    }

    [Fact]
    public async Task Progress_EndsAtTheBytesOfAllFiles_WhateverIsRead()
    {
        await EventFiles.WriteTextsAsync(_folder.File("a.parquet"), Events(3000, "a"), rowsInGroup: 500);
        await EventFiles.WriteTextsAsync(_folder.File("b.parquet"), [], rowsInGroup: 500);
        long bytes = Directory.EnumerateFiles(_folder.Path).Sum(path => new FileInfo(path).Length);
        await using ParquetEventSource source = new([_folder.File("*.parquet")], new SessionizationOptions(), EventFields.None);
        IReadOnlyList<SourcePartition> partitions = await source.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal([(_folder.File("a.parquet"), 0, 0L), (_folder.File("b.parquet"), 1, 0L)], partitions.Select(place => (place.Name, place.Order, place.Start)));
        Assert.Equal(partitions.Select(place => place.Name), source.Paths);
        Assert.Equal(bytes, source.TotalBytes);
        EventBatch batch = new(EventFields.None);
        long before = 0;
        while (await source.ReadAsync(batch, TestContext.Current.CancellationToken) == SourceReadResult.Records)
        {
            Assert.InRange(source.BytesRead, before + 1, bytes);
            before = source.BytesRead;
        }

        Assert.Equal(bytes, source.BytesRead);
    }

    [Fact]
    public async Task File_WithoutGroups_OrWithoutRows_IsEmpty()
    {
        ParquetSchema schema = new(new DataField<string>("uuid"), new DataField<long>("event_timestamp"));
        string none = await EventFiles.WriteAsync(_folder.File("none.parquet"), schema, []);
        string zero = await EventFiles.WriteAsync(_folder.File("zero.parquet"), schema, [[Array.Empty<string>(), Array.Empty<long>()]]);
        Assert.Empty(await EventFiles.ReadAsync([none, zero]));
    }

    [Fact]
    public async Task Structs_AreReachedByDots_NullAtAnyLevelIsAbsent()
    {
        DataField<string> campaign = new("campaign");
        ParquetSchema schema = new(
            new StructField("who", new DataField<string>("id")),
            new DataField<long>("at"),
            new StructField("utm", new StructField("inner", campaign)),
            new DataField<string>("utm.inner.campaign"));
        string path = _folder.File("a.parquet");
        await using (FileStream stream = File.Create(path))
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, cancellationToken: TestContext.Current.CancellationToken))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            DataField[] fields = schema.GetDataFields();
            await group.WriteAsync(fields[0], ["u", "u", "u", "u"]);
            await group.WriteAsync<long>(fields[1], new long[] { 1, 2, 3, 4 }, cancellationToken: TestContext.Current.CancellationToken);
            ReadOnlyMemory<char>[] values = ["deep".AsMemory()];
            await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(fields[2], values, new[] { 0, 1, 2, 3 }, null, TestContext.Current.CancellationToken);
            await group.WriteAsync(fields[3], ["flat", "flat", "flat", "flat"]);
        }

        SessionizationOptions options = new() { Fields = { UserId = "who.id", Timestamp = "at" } };
        List<EventRow> rows = await EventFiles.ReadAsync(path, options, EventField.Of("utm.inner.campaign"), EventField.Of("utm.none"));
        Assert.Equal(["|", "|", "|", "deep|"], rows.Select(row => row.Fields));
    }

    [Fact]
    public async Task Structs_ThatMayNotBeNull_HaveNoLevel()
    {
        // Parquet.Net writes optional groups only; a required one with an optional member has the same levels as the reverse.
        ParquetSchema schema = new(new StructField("details", new DataField<string>("name", nullable: false)), new DataField<long>("event_timestamp"));
        string path = _folder.File("a.parquet");
        await using (FileStream stream = File.Create(path))
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, cancellationToken: TestContext.Current.CancellationToken))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            ReadOnlyMemory<char>[] values = ["x".AsMemory(), "y".AsMemory()];
            await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(schema.GetDataFields()[0], values, new[] { 1, 0, 1 }, null, TestContext.Current.CancellationToken);
            await group.WriteAsync<long>(schema.GetDataFields()[1], new long[] { 1, 2, 3 }, cancellationToken: TestContext.Current.CancellationToken);
        }

        byte[] stored = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        SetRepetition(stored, "details"u8, optional: false);
        SetRepetition(stored, "name"u8, optional: true);
        await File.WriteAllBytesAsync(path, stored, TestContext.Current.CancellationToken);
        List<EventRow> rows = await EventFiles.ReadAsync(path, new SessionizationOptions { Fields = { UserId = "details.name" } });
        Assert.Equal([(BadEventReason.None, "x"), (BadEventReason.MissingUserId, ""), (BadEventReason.None, "y")], rows.Select(row => (row.Reason, row.User)));
    }

    [Fact]
    public async Task BadRows_AreCountedByReason_WithTheirFieldsAsJson()
    {
        ParquetSchema schema = new(new DataField<byte[]>("uuid"), new DataField<byte[]>("event_timestamp"), new DataField<byte[]>("page_name"), new DataField<byte[]>("utm"));
        byte[]? good = "1704110400000"u8.ToArray(), user = "u"u8.ToArray(), half = [(byte)'a', 0xFF];
        (byte[]? User, byte[]? Time, byte[]? Page, byte[]? Field, BadEventReason Reason, string Raw)[] rows =
        [
            (user, good, null, null, BadEventReason.None, ""),
            (null, good, null, null, BadEventReason.MissingUserId, """{"event_timestamp":"1704110400000"}"""),
            ([], good, "p"u8.ToArray(), null, BadEventReason.MissingUserId, """{"uuid":"","event_timestamp":"1704110400000","page_name":"p"}"""),
            (user, null, null, "f"u8.ToArray(), BadEventReason.MissingTimestamp, """{"uuid":"u","utm":"f"}"""),
            (user, [], null, null, BadEventReason.MissingTimestamp, """{"uuid":"u","event_timestamp":""}"""),
            (user, "yesterday"u8.ToArray(), null, null, BadEventReason.BadTimestamp, """{"uuid":"u","event_timestamp":"yesterday"}"""),
            (user, "7258118400000"u8.ToArray(), null, null, BadEventReason.TimestampOutOfRange, """{"uuid":"u","event_timestamp":"7258118400000"}"""),
            (half, null, null, null, BadEventReason.InvalidUtf8, """{"uuid":"a\uFFFD"}"""),
            (user, half, null, null, BadEventReason.InvalidUtf8, """{"uuid":"u","event_timestamp":"a\uFFFD"}"""),
            (user, good, half, null, BadEventReason.InvalidUtf8, """{"uuid":"u","event_timestamp":"1704110400000","page_name":"a\uFFFD"}"""),
            (null, good, null, half, BadEventReason.InvalidUtf8, """{"event_timestamp":"1704110400000","utm":"a\uFFFD"}"""),
        ];
        string path = await EventFiles.WriteAsync(
            _folder.File("a.parquet"),
            schema,
            [[rows.Select(row => row.User).ToArray(), rows.Select(row => row.Time).ToArray(), rows.Select(row => row.Page).ToArray(), rows.Select(row => row.Field).ToArray()]]);
        List<EventRow> read = await EventFiles.ReadAsync(path, null, EventField.Of("utm"));
        Assert.Equal(rows.Select((row, i) => (Position: (long)i, row.Reason)), read.Select(row => (row.Position, row.Reason)));
        Assert.Equal(rows.Select(row => row.Raw), read.Select(row => row.Raw));
    }

    [Fact]
    public async Task Column_ThatTwoFieldsName_IsReadOnceForBoth()
    {
        ParquetSchema schema = new(new DataField<long>("n"));
        string path = await EventFiles.WriteAsync(_folder.File("a.parquet"), schema, [[new long[] { 5, 6 }]]);
        SessionizationOptions options = new() { Fields = { UserId = "n", Timestamp = "n", PageName = "n", EventId = "n" } };
        List<EventRow> rows = await EventFiles.ReadAsync(path, options, EventField.Of("n"));
        Assert.Equal([new EventRow(path, 0, BadEventReason.None, "5", 5, "5", "5", "5"), new EventRow(path, 1, BadEventReason.None, "6", 6, "6", "6", "6")], rows);
    }

    [Fact]
    public async Task Verb_OfTheBuilder_MakesTheSource()
    {
        string path = await EventFiles.WriteTextsAsync(_folder.File("a.parquet"), Events(3, "a"));
        SessionizationDefinition definition = DefinitionOf(builder => builder.FromParquetFiles(path));
        definition.Sink = _ => new InMemorySessionSink(new InMemorySessionTable());
        SessionizationSummary summary = await new BatchSessionizer(definition).RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, summary.Events);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    public void Input_ThatCannotBeOne_IsAMistakeOfTheCaller(string input) =>
        Assert.Throws<ArgumentException>(() => new ParquetEventSource([input], new SessionizationOptions(), EventFields.None));

    private static SessionizationDefinition DefinitionOf(Action<ISessionizationBuilder> build)
    {
        Builder builder = new();
        build(builder);
        SessionizationDefinition definition = new();
        foreach (ServiceDescriptor service in builder.Services)
        {
            ((DefinitionStep)service.KeyedImplementationInstance!).Apply(definition);
        }

        return definition;
    }

    private static void SetRepetition(byte[] stored, ReadOnlySpan<byte> name, bool optional)
    {
        // In the footer, which comes last, the repetition stands before the name: its value, the name's field, its length.
        byte[] field = [0x18, (byte)name.Length, .. name];
        int at = stored.AsSpan().IndexOf(field);
        Assert.True(at > 0 && stored[at - 1] is 0 or 2);
        stored[at - 1] = (byte)(optional ? 2 : 0);
    }

    private static EventRow Expect(string path, int row, ClickstreamEvent e) =>
        new(path, row, BadEventReason.None, e.UserId!, e.TimestampMs, e.PageName ?? "", e.EventId ?? "", "");

    private static ClickstreamEvent[] Events(int count, string prefix) =>
    [
        .. Enumerable.Range(0, count).Select(i => new ClickstreamEvent(
            $"{prefix}-{i % 17}", Noon + i, i % 5 == 0 ? null : $"página-{i % 7}", i % 3 == 0 ? null : $"{prefix}{i}")),
    ];

    private sealed class Builder : ISessionizationBuilder
    {
        public string Name => "test";

        public IServiceCollection Services { get; } = new ServiceCollection();
    }
}
