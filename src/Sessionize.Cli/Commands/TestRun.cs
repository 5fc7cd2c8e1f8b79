using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Cli.Demonstration;
using Sessionize.Cli.Generation;
using Sessionize.Cli.Options;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;
using Sessionize.Kafka;
using Sessionize.Kafka.Producing;
using Sessionize.State;

namespace Sessionize.Cli.Commands;

/// <summary><c>run --test-mode</c>: the pipeline over what is there, once, into a table that is deleted at the end.</summary>
/// <param name="definition">The pipeline with its rules.</param>
/// <param name="kafka">Where it reads.</param>
/// <param name="table">The table, of which only the layout counts.</param>
/// <param name="hasBrokers">Whether brokers were named; otherwise there are some inside this process.</param>
internal sealed class TestRun(SessionizationDefinition definition, KafkaOptions kafka, IcebergTableOptions table, bool hasBrokers)
{
    private const int MostShown = 20;
    private const int Users = 20;
    private const int Events = 1000;

    /// <summary>Runs.</summary>
    /// <returns>The exit code: failed, if the table has not the sessions that closed, or if none did of made-up events.</returns>
    public async Task<int> RunAsync(StatusLine status, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sessionize-test-");
        try
        {
            return await RunAsync(folder.FullName, status, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<int> RunAsync(string folder, StatusLine status, CancellationToken cancellationToken)
    {
        using EmbeddedKafkaBroker? embedded = hasBrokers ? null : EmbeddedKafkaBroker.Start([]);
        if (embedded is null)
        {
            Talk.Say($"Test mode: reads what is there at {kafka.BootstrapServers}, in a group of its own. The sessions go into a table that is deleted; {table.Name} is not touched.");
        }
        else
        {
            await MakeUpAsync(embedded, cancellationToken).ConfigureAwait(false);
            Talk.Say($"Test mode: no brokers are named, so that brokers inside this process hold {Events:N0} made-up events. The sessions go into a table that is deleted; {table.Name} is not touched.");
        }

        IcebergTableOptions copy = new() { Name = "test.sessions", Warehouse = folder, PartitionBy = table.PartitionBy, SortBy = table.SortBy };
        kafka.GroupId = string.Create(CultureInfo.InvariantCulture, $"{kafka.GroupId ?? definition.Name}-test-{Guid.NewGuid():N}");
        definition.Trigger = Trigger.UntilEnd(EndClosing.CloseAll());
        definition.Options.State.Location = Path.Combine(folder, "state");
        definition.StateStore = StateStorePlace.Make;
        definition.Source = context => new KafkaEventSource(kafka, context);
        definition.Sink = context => new IcebergSessionSink(copy, context.TimeProvider, context.LoggerFactory.CreateLogger("Sessionize.Iceberg"));
        definition.DeadLetters = _ => new NoDeadLetterSink();
        await using SessionizationPipeline pipeline = new(definition);
        Task printing = PrintAsync(pipeline.ReadSessionsAsync(CancellationToken.None), new SessionFeed(Console.Out, status));
        RunDisplay display = new(pipeline, definition.Trigger.Every, definition.TimeProvider, status);
        await display.ShowAsync(pipeline.RunAsync(display, cancellationToken)).ConfigureAwait(false);
        await printing.ConfigureAwait(false);
        return await CheckAsync(copy, pipeline.Counts).ConfigureAwait(false);
    }

    private async Task MakeUpAsync(EmbeddedKafkaBroker embedded, CancellationToken cancellationToken)
    {
        string topic = kafka.TopicNames is [var name, ..] ? name : KafkaSourceOptions.DefaultTopic;
        embedded.CreateTopic(topic);
        (kafka.BootstrapServers, kafka.Topic, kafka.Topics, kafka.TopicPattern) = (embedded.BootstrapServers, topic, [], null);
        KafkaTopicOptions target = new() { BootstrapServers = embedded.BootstrapServers, Topic = topic };
        using TopicStream stream = await TopicStream.OpenAsync(target, definition.TimeProvider, NullLogger.Instance, cancellationToken).ConfigureAwait(false);
        await new TopicTraffic(new GenerationPlan { Users = Users, Events = Events, Duration = TimeSpan.FromDays(1) }, pace: null).SendAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    private static async Task PrintAsync(IAsyncEnumerable<SessionChange> sessions, SessionFeed feed)
    {
        await foreach (SessionChange change in sessions.ConfigureAwait(false))
        {
            if (feed.Count == 0)
            {
                feed.WriteHeading();
            }

            if (feed.Count < MostShown)
            {
                feed.Write(change.Session);
            }
        }
    }

    private async Task<int> CheckAsync(IcebergTableOptions written, SessionizationCounts counts)
    {
        long there = 0;
        await using IcebergSessionTable read = await IcebergSessionTable.OpenAsync(written, cancellationToken: CancellationToken.None).ConfigureAwait(false);
        await foreach (Session unused in read.ReadAsync(new SessionQuery(), cancellationToken: CancellationToken.None).ConfigureAwait(false))
        {
            there++;
        }

        Talk.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{CountText.Of(counts.Events, "event")}; {CountText.Of(counts.ClosedSessions, "session")}{(counts.ClosedSessions > MostShown ? $", of which {MostShown} are shown," : "")} and {there:N0} in the table; {counts.LateEvents:N0} late, {counts.BadEvents.Values.Sum():N0} bad."));
        bool hasPassed = there == counts.ClosedSessions && (hasBrokers || counts.ClosedSessions > 0);
        Talk.Say(hasPassed
            ? "PASS: source, rules, state and table work. Nothing was kept."
            : "FAIL: not all sessions that closed are in the table, or none came of made-up events, which have the usual fields.");
        return hasPassed ? ExitCodes.Done : ExitCodes.Failed;
    }
}
