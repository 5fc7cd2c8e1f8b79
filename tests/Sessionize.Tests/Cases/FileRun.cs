using Sessionize.Sinks;
using Sessionize.Sources;
using Xunit;

namespace Sessionize.Tests.Cases;

/// <summary>What came out of a run over files.</summary>
internal sealed record FileRun(long Events, IReadOnlyDictionary<string, long> BadEvents, IReadOnlyList<Session> Sessions, IReadOnlyList<DeadLetter> DeadLetters)
{
    public static async Task<FileRun> BatchAsync(IReadOnlyList<string> inputs, SessionizationOptions options, BatchOptions? machine = null)
    {
        InMemorySessionTable table = new();
        InMemoryDeadLetterSink deadLetters = new();
        SessionizationDefinition definition = Define(inputs, options, table, deadLetters);

        SessionizationSummary summary = await new BatchSessionizer(definition, options: machine).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(table.Sessions.Count, summary.Sessions);
        return new FileRun(summary.Events, summary.BadEvents, table.Sessions, deadLetters.Letters);
    }

    public static async Task<FileRun> StreamingAsync(IReadOnlyList<string> inputs, SessionizationOptions options)
    {
        InMemorySessionTable table = new();
        InMemoryDeadLetterSink deadLetters = new();
        SessionizationDefinition definition = Define(inputs, options, table, deadLetters);
        definition.Trigger = Trigger.UntilEnd(EndClosing.CloseAll());

        await using SessionizationPipeline pipeline = new(definition);
        await pipeline.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(table.Sessions.Count, pipeline.Counts.ClosedSessions);
        return new FileRun(pipeline.Counts.Events, pipeline.Counts.BadEvents, table.Sessions, deadLetters.Letters);
    }

    private static SessionizationDefinition Define(
        IReadOnlyList<string> inputs, SessionizationOptions options, InMemorySessionTable table, InMemoryDeadLetterSink deadLetters) =>
        new()
        {
            Options = options,
            Source = context => new FileEventSource(inputs, context.Parser, options.MaxLineBytes),
            Sink = _ => new InMemorySessionSink(table),
            DeadLetters = _ => deadLetters,
        };
}
