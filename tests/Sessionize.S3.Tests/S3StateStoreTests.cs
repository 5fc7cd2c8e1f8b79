using Microsoft.Extensions.Time.Testing;
using Sessionize.S3.Tests.Support;
using Sessionize.State;
using Sessionize.Storage;
using Sessionize.Testing.Contracts;
using Xunit;

namespace Sessionize.S3.Tests;

/// <summary>State in files on S3: the contract on a real server, also through failures, and what a commit costs there.</summary>
public sealed class S3StateStoreTests(S3Server server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(3)] // of so many calls one fails, or its answer is lost
    public async Task VerifyAsync_RealServer_KeepsTheContract(int failsEvery)
    {
        await server.StartAsync();
        await SessionStateStoreContract.VerifyAsync(
            () =>
            {
                string location = server.NewLocation();
                return new SessionStateStorePlace(() => new FileSessionStateStore(
                    new FlakyStorage(new S3FileStorage(server.Properties), failsEvery), location, "contract", new ImmediateClock()));
            },
            Token);
    }

    [Fact]
    public async Task Commits_OfOneLane_AreOneRequestEachAndADeletionNowAndThen()
    {
        const int commits = 40;
        await using FaultyS3 s3 = new();
        await using FileSessionStateStore store = new(new S3FileStorage(s3.Properties()), "s3://b/state", "clicks");
        for (int commit = 0; commit < commits; commit++)
        {
            StateVersion version = new($"{commit}-{Guid.NewGuid():N}");
            await store.PrepareAsync(new LaneId(0), version, null, (stream, token) => stream.WriteAsync(new byte[1000], token), Token);
            await store.ConfirmAsync(new LaneId(0), version, Token);
        }

        Assert.Equal((commits + 1, 0, (commits - 10) / 8), (s3.Count("PUT"), s3.Count("GET"), s3.Count("POST")));
        Assert.Equal(1 + 10 + ((commits - 10) % 8), s3.Objects.Count);
    }

    [Fact]
    public async Task WriteCommitAsync_StoreIgnoresConditions_IsRefused()
    {
        await using FaultyS3 s3 = new() { IgnoresConditions = true };
        await using FileSessionStateStore store = new(new S3FileStorage(s3.Properties()), "s3://b/state", "clicks");

        SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(
            async () => await store.WriteCommitAsync(null, new SinkCommit("clicks", Guid.NewGuid(), []), Token));

        Assert.Contains("conditional writes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeepStateInFiles_AsInTheGuide_IsNoMistake()
    {
        SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions
            .KeepStateInFiles("s3://bucket/state/clicks", state => state.Storages.Add(new S3FileStorageFactory())));
        Assert.Empty(definition.FindMistakes(isStreaming: true));
    }

    [Fact]
    public async Task KeepStateInFiles_S3_GoesOnInTheNextRun()
    {
        await server.StartAsync();
        string location = server.NewLocation();
        List<string> places = [];
        for (int run = 0; run < 2; run++)
        {
            SessionizationDefinition definition = SessionizationDefinition.Build(
                sessions => sessions.KeepStateInFiles(location, state =>
                {
                    state.Storages.Add(new S3FileStorageFactory());
                    foreach ((string name, string value) in server.Properties)
                    {
                        state.Properties[name] = value;
                    }
                }).DeadLettersTo(_ => new Sinks.InMemoryDeadLetterSink()),
                "clicks");
            definition.TimeProvider = new FakeTimeProvider();
            await using SessionizationPipeline pipeline = new(definition);
            Task running = pipeline.RunAsync(Token);
            await pipeline.PostAsync(new ClickstreamEvent("ada", 1_704_067_200_000, "home"), Token);
            await pipeline.CompleteAsync(cancellationToken: Token);
            await running;
        }

        await using S3FileStorage storage = new(server.Properties);
        await foreach (StoredFile file in storage.ListAsync(location, Token))
        {
            places.Add(file.Location[location.Length..]);
        }

        Assert.Contains("/sessionize-state.json", places);
        Assert.InRange(places.Count(place => place.StartsWith("/0/", StringComparison.Ordinal)), 2, 5);
    }
}
