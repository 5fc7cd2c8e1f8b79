using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Parquet;
using Parquet.Schema;
using Sessionize.Parquet.Events;
using Sessionize.Parquet.Tests.Support;
using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.Testing;
using Xunit;

namespace Sessionize.Parquet.Tests.Events;

/// <summary>Events give the same sessions from Parquet as from NDJSON.</summary>
public sealed class EqualSessionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sessions_FromParquet_AreThoseFromNdjson()
    {
        Gen<(SessionizationDefinition Definition, ClickstreamEvent[] Events, int Kind, int Rows)> cases =
            from definition in SessionizeGen.Definition()
            from events in SessionizeGen.Events(definition)
            from kind in Gen.Choose(0, 3)
            from rows in Gen.Choose(1, 40)
            select (definition, events, kind, rows);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            string lines = _folder.Write("events.ndjson", string.Concat(drawn.Events.Select(e => ToJson(e) + "\n")));
            string columns = WriteAsync(drawn.Events, drawn.Kind, drawn.Rows).GetAwaiter().GetResult();
            (string expected, string expectedBad) = Run(drawn.Definition, context => new FileEventSource([lines], context.Parser));
            (string actual, string actualBad) = Run(drawn.Definition, context => new ParquetEventSource([columns], context.Definition.Options, context.Retained));
            Assert.Equal(expected, actual);
            Assert.Equal(expectedBad, actualBad);
        }));
    }

    private static string ToJson(ClickstreamEvent e)
    {
        Dictionary<string, object?> fields = new() { ["uuid"] = e.UserId, ["event_timestamp"] = e.TimestampMs, ["page_name"] = e.PageName, ["event_id"] = e.EventId };
        foreach ((string name, string? value) in e.Fields)
        {
            fields[name] = value;
        }

        return JsonSerializer.Serialize(fields);
    }

    private static (string Sessions, string Bad) Run(SessionizationDefinition definition, Func<SessionizationContext, IEventSource> source)
    {
        InMemorySessionTable table = new();
        definition.Source = source;
        definition.Sink = _ => new InMemorySessionSink(table);
        definition.DeadLetters = _ => new InMemoryDeadLetterSink();
        SessionizationSummary summary = new BatchSessionizer(definition).RunAsync().GetAwaiter().GetResult();
        return (
            JsonSerializer.Serialize(table.Sessions),
            string.Join(' ', summary.BadEvents.Select(reason => $"{reason.Key}={reason.Value}")));
    }

    /// <summary>Writes the events, times and ids in the types that a kind says.</summary>
    private Task<string> WriteAsync(ClickstreamEvent[] events, int kind, int rows)
    {
        string[] further = [.. events.SelectMany(e => e.Fields.Keys).Distinct().Where(name => !name.Contains('.', StringComparison.Ordinal))];
        bool asText = kind == 0, asTime = kind == 1;
        DataField time = asText ? new DataField<string>("event_timestamp")
            : asTime ? new DateTimeDataField("event_timestamp", DateTimeFormat.Timestamp, true, DateTimeTimeUnit.Micros, isNullable: true)
            : new DataField<long>("event_timestamp");
        ParquetSchema schema = new([
            new DataField<string>("uuid"), time, new DataField<string>("page_name"), new DataField<string>("event_id"),
            .. further.Select(name => new DataField<string>(name))]);
        ParquetOptions options = new() { CompressionMethod = kind == 3 ? CompressionMethod.Zstd : CompressionMethod.Snappy, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest };
        options.ColumnEncodingHints["uuid"] = EncodingHint.Dictionary;
        return EventFiles.WriteAsync(_folder.File("events.parquet"), schema, events.Chunk(rows).Select(group => (Array[])
        [
            group.Select(e => e.UserId).ToArray(),
            asText ? group.Select(e => e.TimestampMs.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray()
                : asTime ? group.Select(e => (DateTime?)DateTimeOffset.FromUnixTimeMilliseconds(e.TimestampMs).UtcDateTime).ToArray()
                : group.Select(e => e.TimestampMs).ToArray(),
            group.Select(e => e.PageName).ToArray(),
            group.Select(e => e.EventId).ToArray(),
            .. further.Select(name => group.Select(e => e.Fields.GetValueOrDefault(name)).ToArray()),
        ]), options);
    }
}
