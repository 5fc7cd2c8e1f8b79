using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sessionize.Sinks;
using Xunit;

namespace Sessionize.Tests.Documentation;

/// <summary>The code of docs/guides/hosting.md, where no sample has it.</summary>
public sealed class HostingGuideTests
{
    [Fact]
    public void Settings_OfThePage_AreOptions()
    {
        MarkdownBlock block = Assert.Single(Repository.BlocksOf("docs/guides/hosting.md"), block => block.Language == "json");
        using JsonDocument settings = JsonDocument.Parse(string.Join("\n", block.Lines));

        JsonElement pipeline = settings.RootElement.GetProperty(SessionizationServiceCollectionExtensions.ConfigurationSection).GetProperty("shop");

        Assert.All(pipeline.EnumerateObject(), setting => Assert.NotNull(typeof(SessionizationOptions).GetProperty(setting.Name)));
        Assert.All(
            pipeline.GetProperty("Fields").EnumerateObject(), field => Assert.NotNull(typeof(EventFieldNames).GetProperty(field.Name)));
    }

    [Fact]
    public void Table_OfThePage_NamesEverySetting()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs/guides/hosting.md"));
        string table = page[page.IndexOf("| setting |", StringComparison.Ordinal)..page.IndexOf("## Post events", StringComparison.Ordinal)];

        Assert.All(
            typeof(SessionizationOptions).GetProperties(),
            setting => Assert.Contains(table.Split('\n'), row => row.Split('|').ElementAtOrDefault(1)?.Contains($"`{setting.Name}`", StringComparison.Ordinal) ?? false));
    }

    [Fact]
    public void EndOnPages_OfConfigurationAndCode_AddUp()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["EndOnPages:0"] = "logout", ["MaxSessionEvents"] = "3" }).Build();

        SessionizationOptions options = SessionizationDefinition.Build(sessions => sessions.BindOptions(configuration).EndOnPage("paid").LimitEvents(5)).Options;

        Assert.Equal(["logout", "paid"], options.EndOnPages);
        Assert.Equal(5, options.MaxSessionEvents);
    }

    [Fact]
    public void AddSessionization_TwoNames_AreTwoHostedPipelines()
    {
        ServiceCollection services = new();

        services.AddSessionization("shop", sessions => sessions.EndAfterInactivity(TimeSpan.FromMinutes(20)));
        services.AddSessionization("video", sessions => sessions.EndAfterInactivity(TimeSpan.FromHours(1)).LimitDuration(null));

        Assert.Equal(2, services.Count(service => service.ServiceType == typeof(IHostedService)));
    }

    [Fact]
    public async Task Pipeline_WithoutAContainer_ClosesWhatWasPosted()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<string> closed = [];

        SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions.EndOnPage("logout"), "shop");
        await using SessionizationPipeline pipeline = new(definition);
        IAsyncEnumerable<SessionChange> closing = pipeline.ReadSessionsAsync(cancellationToken);
        Task running = pipeline.RunAsync(cancellationToken);

        await pipeline.PostAsync(new ClickstreamEvent("ada", DateTimeOffset.UnixEpoch.AddHours(1), "home"), cancellationToken);
        await pipeline.AdvanceToAsync(DateTimeOffset.UnixEpoch.AddHours(2), cancellationToken);
        await pipeline.CompleteAsync(cancellationToken: TestContext.Current.CancellationToken);

        await running;
        await foreach (SessionChange change in closing)
        {
            closed.Add(change.Session.EndReason);
        }

        Assert.Equal([EndReasons.Inactivity], closed);
    }

    [Fact]
    public async Task DeadLettersTo_APlaceOfOnesOwn_TakesTheLateEvent()
    {
        InMemoryDeadLetterSink letters = new();
        SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions
            .OnLateEvents(LateEventPolicy.SideOutput)
            .DeadLettersTo(_ => letters));
        ClickstreamEvent[] events = [new("ada", 0), new("ada", 100 * 60_000), new("ada", 1)];

        await foreach (Session session in events.ToAsyncEnumerable().Sessionize(definition, TestContext.Current.CancellationToken))
        {
            Assert.Equal(1, session.EventCount);
        }

        Assert.Equal([DeadLetter.LateReason], letters.Letters.Select(letter => letter.Reason));
    }
}
