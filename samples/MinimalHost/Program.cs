using CustomRules;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sessionize;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory,     // where appsettings.json lies
});
builder.Services.AddSessionization("shop", sessions => sessions.AddRule<LogoutEndsVisit>());
using IHost host = builder.Build();

SessionizationPipeline pipeline = host.Services.GetRequiredKeyedService<SessionizationPipeline>("shop");
IAsyncEnumerable<SessionChange> closing = pipeline.ReadSessionsAsync();     // before the start, so that none is missed
await host.StartAsync();
Task printing = PrintAsync(closing);

DateTimeOffset noon = new(2024, 5, 6, 12, 0, 0, TimeSpan.Zero);
await pipeline.PostAsync(new ClickstreamEvent("ada", noon, "home"));
await pipeline.PostAsync(new ClickstreamEvent("bob", noon.AddMinutes(1), "home"));
await pipeline.PostAsync(new ClickstreamEvent("ada", noon.AddMinutes(2), "logout"));
await pipeline.PostAsync(new ClickstreamEvent("ada", noon.AddMinutes(3), "login"));
await pipeline.PostAsync(new ClickstreamEvent("bob", noon.AddMinutes(40), "help"));

await pipeline.CompleteAsync();     // a service would go on until the host stops
await printing;
await host.StopAsync();

static async Task PrintAsync(IAsyncEnumerable<SessionChange> changes)
{
    await foreach (SessionChange change in changes)
    {
        Session s = change.Session;
        Console.WriteLine($"{s.UserId} {s.StartTime:HH:mm}..{s.EndTime:HH:mm} {string.Join(" ", s.PagesVisited)}: {s.EndReason}");
    }
}
