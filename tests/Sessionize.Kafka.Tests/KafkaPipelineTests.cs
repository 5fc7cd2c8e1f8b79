using Sessionize.Kafka.Tests.Support;
using Sessionize.Sinks;
using Sessionize.State;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>The source under the engine.</summary>
public sealed class KafkaPipelineTests(KafkaBroker broker)
{
    [Fact]
    public async Task RunAsync_SeveralProcessesAndRuns_GivesEachSessionOnce()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(12);
        InMemorySessionTable table = new();
        InMemoryStateFolder state = new(TimeProvider.System);
        const int Users = 120, EventsEach = 200, Runs = 4;

        // Three processes a run: what one leaves open, another goes on with in the next run.
        for (int run = 0; run < Runs; run++)
        {
            await broker.ProduceAsync(topic, Clicks.Spread(Users * EventsEach / Runs, Users, 12, first: run * Users * EventsEach / Runs));
            EndClosing closing = run == Runs - 1 ? EndClosing.CloseAll(Clicks.StartMs + (EventsEach * 60_000L)) : EndClosing.LeaveOpen;
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RunAsync(topic, closing, table, state)));
        }

        // Every minute an event, for 200 minutes: a session of two hours and one of the rest.
        Session[] sessions = [.. table.Sessions];
        Assert.Equal(2 * Users, sessions.Length);
        Assert.Equal(2 * Users, sessions.Select(session => session.SessionId).Distinct().Count());
        Assert.All(sessions.GroupBy(session => session.UserId), user => Assert.Equal([120, 80], user.OrderBy(session => session.StartMs).Select(session => (int)session.EventCount)));
    }

    [Fact]
    public async Task RunAsync_UsersThatSpanPartitions_ArePutTogether()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(4);
        InMemorySessionTable table = new();
        InMemoryStateFolder state = new(TimeProvider.System);
        const int Users = 10, Minutes = 60;
        IEnumerable<(int Partition, string? Key, string? Value)> Unkeyed(int first, int minutes) =>
            Clicks.Spread(Users * minutes, Users, 1, first * Users).Select((record, i) => (i % 4, (string?)null, record.Value));

        await broker.ProduceAsync(topic, Unkeyed(0, Minutes));
        await RunAsync(topic, EndClosing.LeaveOpen, table, state, usersSpanPartitions: true);
        await broker.ProduceAsync(topic, Unkeyed(Minutes, Minutes / 2));
        await RunAsync(topic, EndClosing.CloseAll(), table, state, usersSpanPartitions: true);

        Assert.Equal(Users, table.Sessions.Count);
        Assert.All(table.Sessions, session => Assert.Equal(Minutes + (Minutes / 2), session.EventCount));
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => RunAsync(topic, EndClosing.LeaveOpen, table, state));
        Assert.Contains("was run with Kafka:UsersSpanPartitions True", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_UsersThatSpanPartitionsAfterLanesOfPartitions_IsRefused()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(2);
        InMemorySessionTable table = new();
        InMemoryStateFolder state = new(TimeProvider.System);
        await broker.ProduceAsync(topic, Clicks.Spread(100, 10, 2));
        await RunAsync(topic, EndClosing.LeaveOpen, table, state);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            () => RunAsync(topic, EndClosing.LeaveOpen, table, state, usersSpanPartitions: true));

        Assert.Contains("was run with Kafka:UsersSpanPartitions False", failure.Message, StringComparison.Ordinal);
    }

    private async Task RunAsync(
        string topic, EndClosing closing, InMemorySessionTable table, InMemoryStateFolder state, bool usersSpanPartitions = false)
    {
        SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions
            .FromKafka(kafka =>
            {
                kafka.BootstrapServers = broker.Servers;
                kafka.Topic = topic;
                kafka.UsersSpanPartitions = usersSpanPartitions;
            })
            .WithTrigger(Trigger.UntilEnd(closing))
            .KeepStateIn(_ => new InMemorySessionStateStore(state))
            .To(_ => new InMemorySessionSink(table)), topic);
        await using SessionizationPipeline pipeline = new(definition);
        await pipeline.RunAsync(TimeLimit.Of());
    }
}
