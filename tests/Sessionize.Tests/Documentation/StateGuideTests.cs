using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Sessionize.Tests.Documentation;

/// <summary>The code and settings of docs/guides/state.md.</summary>
public sealed class StateGuideTests
{
    [Fact]
    public void Verbs_OfThePage_KeepStateInFiles()
    {
        ServiceCollection services = new();
        services.AddSessionization("clicks", sessions => sessions
            .KeepStateInFiles("/var/lib/sessionize/clicks")
            .OnLaneFailure(LaneFailurePolicy.ContinueOthers));
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal("clicks", provider.GetRequiredService<SessionizationPipeline>().Name);
    }

    [Fact]
    public void Settings_OfThePage_AreOptions()
    {
        MarkdownBlock block = Assert.Single(Repository.BlocksOf("docs/guides/state.md"), block => block.Language == "json");
        using JsonDocument settings = JsonDocument.Parse(string.Join("\n", block.Lines));

        JsonElement pipeline = settings.RootElement.GetProperty(SessionizationServiceCollectionExtensions.ConfigurationSection).GetProperty("clicks");

        Assert.All(pipeline.EnumerateObject(), setting => Assert.NotNull(typeof(SessionizationOptions).GetProperty(setting.Name)));
        Assert.All(pipeline.GetProperty("State").EnumerateObject(), setting => Assert.NotNull(typeof(FileStateOptions).GetProperty(setting.Name)));
    }
}
