using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests;

public sealed class BatchSessionizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task RunAsync_EndTimeThatNoCalendarHas_IsRefused(long endTimeMs)
    {
        SessionizationDefinition definition = new()
        {
            Source = _ => throw new InvalidOperationException("Nothing may be opened."),
            Sink = _ => throw new InvalidOperationException("Nothing may be opened."),
        };
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => new BatchSessionizer(definition).RunAsync(endTimeMs, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => EndClosing.CloseAll(endTimeMs));
    }

    [Fact]
    public void Constructor_WithoutSourceAndSink_NamesBothAndWhatElseIsWrong()
    {
        SessionizationDefinition definition = new()
        {
            Options = { UserHashBuckets = 0, Fields = { PageName = "half\ud800" } },
            Followers = { _ => new InMemorySessionSink(new()) },
        };
        SessionizationConfigurationException thrown = Assert.Throws<SessionizationConfigurationException>(() => new BatchSessionizer(definition));
        Assert.Equal(5, thrown.Mistakes.Count);
        Assert.Contains("no source", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("no sink", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(null)]
    public async Task RunAsync_CommitWithoutAnAnswer_IsLookedUpAndDeletesNothing(bool? hasCommitted)
    {
        UncertainSink sink = new(hasCommitted);
        string path = _folder.Write("events.ndjson", """{"uuid":"u","event_timestamp":1}""");
        SessionizationDefinition definition = new()
        {
            Source = context => new FileEventSource([path], context.Parser),
            Sink = _ => sink,
        };
        Task<SessionizationSummary> running = new BatchSessionizer(definition).RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        if (hasCommitted == true)
        {
            Assert.Equal(1, (await running).Sessions);
        }
        else
        {
            await Assert.ThrowsAsync<SessionizeException>(() => running);
        }

        Assert.Equal((1, 0), (sink.LookUps, sink.Discards));
    }

    private sealed class UncertainSink(bool? hasCommitted) : ISessionSink
    {
        public int Discards { get; private set; }

        public ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) => new([]);

        public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken) => default;

        public ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken) =>
            throw new SessionizeException("The answer was lost.");

        public int LookUps { get; private set; }

        public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken)
        {
            LookUps++;
            return hasCommitted is { } known ? new(known) : throw new SessionizeException("There is no answer to this one either.");
        }

        public ValueTask DiscardAsync(CancellationToken cancellationToken)
        {
            Discards++;
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }
}
