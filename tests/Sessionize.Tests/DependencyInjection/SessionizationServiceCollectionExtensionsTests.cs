using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sessionize.DependencyInjection;
using Sessionize.Testing;
using Sessionize.Tests.Support;
using Xunit;

#pragma warning disable xUnit1069 // Every test uses the token of its context, by way of Token.

namespace Sessionize.Tests.DependencyInjection;

public sealed class SessionizationServiceCollectionExtensionsTests
{
    private const long BaseMs = 1_704_082_500_000;
    private const int TimeoutMs = 300_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = TimeoutMs)]
    public async Task AddSessionization_TwoNamesOverTheSameInput_GivesEachTheOraclesSessionsOfItsRules()
    {
        Action<ISessionizationBuilder> byDefault = sessions => sessions.WithIds(SessionIds.StartTime);
        Action<ISessionizationBuilder> byRules = sessions => sessions
            .EndAfterInactivity(TimeSpan.FromMinutes(10), GapBoundary.Exclusive).LimitDuration(null).EndOnPage("p3").LimitEvents(4).WithIds(SessionIds.StartTime);
        RecordingSink defaults = new();
        RecordingSink rules = new();
        using IHost host = Host(services =>
        {
            services.AddSessionization(sessions => byDefault(sessions.To(_ => defaults)));
            services.AddSessionization("rules", sessions => byRules(sessions.To(_ => rules)));
        });
        await host.StartAsync(Token);
        SessionizationPipeline first = host.Services.GetRequiredService<SessionizationPipeline>();
        SessionizationPipeline second = host.Services.GetRequiredKeyedService<SessionizationPipeline>("rules");
        ClickstreamEvent[] events = [.. RandomEvents()];
        foreach (ClickstreamEvent e in events)
        {
            await first.PostAsync(e, Token);
            await second.PostAsync(e, Token);
        }

        await Task.WhenAll(first.CompleteAsync(cancellationToken: Token), second.CompleteAsync(cancellationToken: Token));
        await host.StopAsync(Token);

        Assert.NotEqual(defaults.Sessions.Count, rules.Sessions.Count);
        AssertSame(Reference(byDefault), defaults.Sessions);
        AssertSame(Reference(byRules), rules.Sessions);
        Assert.True(defaults.IsDisposed && rules.IsDisposed);

        IReadOnlyList<Session> Reference(Action<ISessionizationBuilder> configure) =>
            SessionOracle.Sessionize(events, SessionizationDefinition.Build(configure).ResolveRules(), SessionIds.StartTime);
    }

    [Fact]
    public void AddSessionization_CallsWithOneName_AddUp()
    {
        ServiceCollection services = new();
        services.AddSessionization("clicks", sessions => sessions.EndOnPage("logout"));
        SessionizationDefinition? definition = null;
        services.AddSessionization("clicks", sessions => sessions.EndOnPage("bye").Configure(filled => definition = filled));

        using ServiceProvider provider = services.BuildServiceProvider();
        SessionizationPipeline pipeline = provider.GetRequiredKeyedService<SessionizationPipeline>("clicks");

        Assert.Same(pipeline, provider.GetRequiredService<SessionizationPipeline>());
        Assert.Single(provider.GetServices<IHostedService>());
        Assert.Equal(["logout", "bye"], definition!.Options.EndOnPages);
    }

    [Fact]
    public void AddSessionization_SettingInConfigurationAndCode_TakesThatOfTheCode()
    {
        SessionizationDefinition definition = Define(
            new() { ["Sessionization:clicks:InactivityTimeout"] = "00:20:00", ["Sessionization:Clicks:MaxSessionDuration"] = "01:00:00" },
            sessions => sessions.EndAfterInactivity(TimeSpan.FromMinutes(15)));

        Assert.Equal(TimeSpan.FromMinutes(15), definition.Options.InactivityTimeout);
        Assert.Equal(TimeSpan.FromHours(1), definition.Options.MaxSessionDuration);
    }

    [Fact]
    public void BindOptions_OwnSectionAndAcceptedOne_SetsWhatTheSectionNames()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["WatermarkDelay"] = "00:01:00", ["Kafka:Topic"] = "clicks" }).Build();

        SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions.BindOptions(configuration).AcceptSection("Kafka"));

        Assert.Equal(TimeSpan.FromMinutes(1), definition.Options.WatermarkDelay);
        Assert.Empty(definition.FindMistakes(isStreaming: true));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task StartAsync_ManyMistakes_ListsAllOfThemInOneMessage()
    {
        using IHost host = Host(
            services => services.AddSessionization("clicks", sessions => sessions
                .LimitEvents(0).AddRule<Faulty>().AddRule<Faulty>().OnLateEvents(LateEventPolicy.Amend).To(_ => new RecordingSink()).To(_ => new RecordingSink())),
            new()
            {
                ["Sessionization:clicks:InactivityTimout"] = "00:20:00",
                ["Sessionization:clicks:IdleTimeout"] = "5m",
                ["Sessionization:clicks:WatermarkDelay"] = "-00:00:01",
                ["Sessionization:WatermarkDelay"] = "00:01:00",
            });

        SessionizationConfigurationException thrown = await Assert.ThrowsAsync<SessionizationConfigurationException>(() => host.StartAsync(Token));

        Assert.Collection(
            thrown.Mistakes.Order(StringComparer.Ordinal),
            mistake => Assert.StartsWith("2 rules have the name 'faulty'", mistake, StringComparison.Ordinal),
            mistake => Assert.StartsWith("LateEvents is Amend", mistake, StringComparison.Ordinal),
            mistake => Assert.StartsWith("MaxSessionEvents is 0", mistake, StringComparison.Ordinal),
            mistake => Assert.Equal("Sessionization:WatermarkDelay stands outside of a pipeline's section: move it to Sessionization:clicks:WatermarkDelay.", mistake),
            mistake => Assert.StartsWith("Sessionization:clicks:IdleTimeout is '5m'", mistake, StringComparison.Ordinal),
            mistake => Assert.Equal("Sessionization:clicks:InactivityTimout is no setting: did you mean InactivityTimeout?", mistake),
            mistake => Assert.StartsWith("The pipeline was given two", mistake, StringComparison.Ordinal),
            mistake => Assert.StartsWith("WatermarkDelay is -00:00:01", mistake, StringComparison.Ordinal));
        Assert.All(thrown.Mistakes, mistake => Assert.Contains($"- {mistake}", thrown.Message, StringComparison.Ordinal));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task StartAsync_MistakesOfTwoPipelines_ListsBoth()
    {
        using IHost host = Host(services =>
        {
            services.AddSessionization("one", sessions => sessions.LimitEvents(0));
            services.AddSessionization("two", sessions => sessions.LimitEvents(-1));
        });

        SessionizationConfigurationException thrown = await Assert.ThrowsAsync<SessionizationConfigurationException>(() => host.StartAsync(Token));

        Assert.Contains("'one'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("'two'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task StopAsync_EventsPostedBefore_CommitsThem()
    {
        RecordingSink sink = new();
        using IHost host = Host(services => services.AddSessionization(sessions => sessions.WithWatermarkDelay(TimeSpan.Zero).To(_ => sink)));
        await host.StartAsync(Token);
        SinkCommit opening = await sink.NextCommitAsync();
        SessionizationPipeline pipeline = host.Services.GetRequiredService<SessionizationPipeline>();
        for (int i = 0; i < 1000; i++)
        {
            await pipeline.PostAsync(new ClickstreamEvent("u" + i, BaseMs + (i * 3_600_000L)), Token);
        }

        await host.StopAsync(Token);

        SinkCommit last = await sink.NextCommitAsync();
        Assert.Equal(0, Assert.Single(Assert.Single(opening.Lanes).Positions).Next);
        Assert.Equal(1000, Assert.Single(Assert.Single(last.Lanes).Positions).Next);
        Assert.Equal(999, sink.Sessions.Count);
        Assert.True(sink.IsDisposed);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task StopAsync_InTheMiddleOfACommit_FinishesIt()
    {
        FakeTimeProvider clock = new(DateTimeOffset.FromUnixTimeMilliseconds(BaseMs));
        RecordingSink sink = new();
        using IHost host = Host(services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.AddSessionization(sessions => sessions.To(_ => sink));
        });
        await host.StartAsync(Token);
        await sink.NextCommitAsync();
        SessionizationPipeline pipeline = host.Services.GetRequiredService<SessionizationPipeline>();
        TaskCompletionSource arrived = new();
        TaskCompletionSource go = new();
        sink.OnCommit = async token =>
        {
            arrived.TrySetResult();
            await go.Task.WaitAsync(token);
        };
        await CloseOneAsync(pipeline);
        clock.Advance(TimeSpan.FromSeconds(30));
        await arrived.Task;

        Task stopping = host.StopAsync(Token);
        go.SetResult();
        await stopping;

        Assert.Equal("a", Assert.Single(sink.Sessions).UserId);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pipeline.PostAsync(new ClickstreamEvent("u", BaseMs), Token));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task StartAsync_ClockOfTheContainer_DrivesTheTrigger()
    {
        FakeTimeProvider clock = new(DateTimeOffset.FromUnixTimeMilliseconds(BaseMs));
        RecordingSink sink = new();
        using IHost host = Host(services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.AddSessionization(sessions => sessions.To(_ => sink).WithTrigger(Trigger.Interval(TimeSpan.FromMinutes(1))));
        });
        await host.StartAsync(Token);
        await sink.NextCommitAsync();
        await CloseOneAsync(host.Services.GetRequiredService<SessionizationPipeline>());

        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(sink.Sessions);
        clock.Advance(TimeSpan.FromSeconds(1));
        await sink.NextCommitAsync();

        Assert.Equal("a", Assert.Single(sink.Sessions).UserId);
        await host.StopAsync(Token);
    }

    [Theory(Timeout = TimeoutMs)]
    [InlineData("throws", "The rule 'faulty' threw FormatException: no such page. At posted, position 1, event time 1704082500001 ms, user with the hash ")]
    [InlineData("undeclared", "The rule 'faulty' ")]
    public async Task RunAsync_RuleThatFails_StopsTheHostWithTheNamedError(string page, string message)
    {
        RecordingSink sink = new();
        using IHost host = Host(services => services.AddSessionization(sessions => sessions.AddRule<Faulty>().To(_ => sink)));
        await host.StartAsync(Token);
        SessionizationPipeline pipeline = host.Services.GetRequiredService<SessionizationPipeline>();
        await pipeline.PostAsync(new ClickstreamEvent("user-secret", BaseMs, "fine"), Token);
        await pipeline.PostAsync(new ClickstreamEvent("user-secret", BaseMs + 1, page), Token);

        await WaitForStopAsync(host);

        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await pipeline.PostAsync(new ClickstreamEvent("u", BaseMs), Token));
        SessionizeException cause = Assert.IsType<SessionizeException>(refused.InnerException);
        Assert.StartsWith(message, cause.Message, StringComparison.Ordinal);
        Assert.Contains(page == "undeclared" ? "utm.campaign" : "no such page", cause.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("user-secret", cause.Message, StringComparison.Ordinal);
        Assert.Empty(sink.Sessions);
    }

    /// <summary>Waits until the host was asked to stop.</summary>
    private static async Task WaitForStopAsync(IHost host)
    {
        TaskCompletionSource stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(Token);
    }

    /// <summary>Closes the session of user <c>a</c>, and sees that it closed.</summary>
    private static async Task CloseOneAsync(SessionizationPipeline pipeline)
    {
        IAsyncEnumerable<SessionChange> closing = pipeline.ReadSessionsAsync(Token);
        await pipeline.PostAsync(new ClickstreamEvent("a", BaseMs), Token);
        await pipeline.PostAsync(new ClickstreamEvent("b", BaseMs + 7_200_000), Token);
        await foreach (SessionChange change in closing)
        {
            Assert.Equal("a", change.Session.UserId);
            return;
        }
    }

    private static IEnumerable<ClickstreamEvent> RandomEvents()
    {
        Random random = new(17);
        long time = BaseMs;
        for (int i = 0; i < 3000; i++)
        {
            time += random.Next(120_000);
            yield return new ClickstreamEvent("u" + random.Next(12), time, "p" + random.Next(5));
        }
    }

    private static void AssertSame(IEnumerable<Session> expected, IEnumerable<Session> actual) => Assert.Equal(
        expected.OrderBy(session => session.SessionId, StringComparer.Ordinal), actual.OrderBy(session => session.SessionId, StringComparer.Ordinal));

    private static SessionizationDefinition Define(Dictionary<string, string?> configuration, Action<ISessionizationBuilder> configure)
    {
        SessionizationDefinition? definition = null;
        using IHost host = Host(
            services => services.AddSessionization("clicks", sessions =>
            {
                configure(sessions);
                sessions.Configure(filled => definition = filled);
            }),
            configuration);
        host.Services.GetRequiredService<SessionizationPipeline>();
        return definition!;
    }

    private static IHost Host(Action<IServiceCollection> configure, Dictionary<string, string?>? configuration = null)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(configuration ?? []);
        configure(builder.Services);
        return builder.Build();
    }

    private sealed class Faulty() : SessionBoundaryRule("faulty")
    {
        private static readonly EventField s_campaign = EventField.Of("utm.campaign");

        public override EventFields Reads => EventField.PageName;

        public override bool EndsWith(in BoundaryContext context) => context.Current.PageName.ToString() switch
        {
            "throws" => throw new FormatException("no such page"),
            "undeclared" => context.Current[s_campaign].IsPresent,
            _ => false,
        };
    }
}
