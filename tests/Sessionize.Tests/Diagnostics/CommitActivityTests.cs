using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Sessionize.Tests.Support;
using Xunit;

#pragma warning disable xUnit1069 // Every test uses the token of its context, by way of Token.

namespace Sessionize.Tests.Diagnostics;

/// <summary>The spans of a pipeline's commits, as a listener sees them.</summary>
public sealed class CommitActivityTests : IDisposable
{
    private const int TimeoutMs = 300_000;

    private static readonly DateTimeOffset s_start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _pipeline = $"clicks-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly ActivityListener _listener;
    private readonly RecordingSink _sink = new();

    public CommitActivityTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SessionizationPipeline.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                // Other tests commit at the same time.
                if (Equals(activity.GetTagItem("sessionize.pipeline"), _pipeline))
                {
                    _ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _listener.Dispose();

    [Fact(Timeout = TimeoutMs)]
    public async Task Commit_ThatIsMade_IsASpanInWhichTheSinkWorks()
    {
        Activity? current = null;
        _sink.OnCommit = _ =>
        {
            current = Activity.Current;
            return Task.CompletedTask;
        };

        await using SessionizationPipeline pipeline = NewPipeline();
        Task running = pipeline.RunAsync(Token);
        await pipeline.PostAsync(new ClickstreamEvent("ada", s_start), Token);
        await pipeline.CompleteAsync(cancellationToken: Token);
        await running;

        // The first commit opens the lane.
        await _sink.NextCommitAsync();
        SinkCommit commit = await _sink.NextCommitAsync();
        Assert.Equal(2, _ended.Count);
        Activity span = _ended.Last();
        Assert.Same(span, current);
        Assert.Equal("sessionize.commit", span.OperationName);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal(
            [
                ("outcome", "committed"),
                ("sessionize.commit.dead_letters", 0),
                ("sessionize.commit.id", commit.Id.ToString()),
                ("sessionize.commit.lanes", 1),
                ("sessionize.commit.rows", 1),
                ("sessionize.pipeline", (object)_pipeline),
            ],
            span.TagObjects.Select(tag => (tag.Key, tag.Value!)).OrderBy(tag => tag.Key, StringComparer.Ordinal));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Commit_ThatFails_IsASpanWithTheError()
    {
        _sink.OnCommit = _ => throw new SessionizeException("the table is gone");

        await using SessionizationPipeline pipeline = NewPipeline();
        await Assert.ThrowsAsync<SessionizeException>(() => pipeline.RunAsync(Token));

        Activity span = Assert.Single(_ended);
        Assert.Equal("failed", span.GetTagItem("outcome"));
        Assert.Equal((ActivityStatusCode.Error, "the table is gone"), (span.Status, span.StatusDescription));
        Assert.Equal("exception", Assert.Single(span.Events).Name);
    }

    private SessionizationPipeline NewPipeline() =>
        new(new SessionizationDefinition(_pipeline) { Sink = _ => _sink, TimeProvider = new FakeTimeProvider(s_start) });
}
