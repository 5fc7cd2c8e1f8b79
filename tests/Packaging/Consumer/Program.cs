// What somebody has who references the packages and nothing else: a host, a rule, and the laws for the rule.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sessionize;
using Sessionize.Testing;

DateTimeOffset noon = new(2024, 5, 6, 12, 0, 0, TimeSpan.Zero);

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddSessionization().AddRule<LogoutEndsVisit>();
using IHost host = builder.Build();
SessionizationPipeline pipeline = host.Services.GetRequiredService<SessionizationPipeline>();
IAsyncEnumerable<SessionChange> closing = pipeline.ReadSessionsAsync();
await host.StartAsync();
await pipeline.PostAsync(new ClickstreamEvent("ada", noon, "home"));
await pipeline.PostAsync(new ClickstreamEvent("ada", noon.AddMinutes(2), "logout"));
await pipeline.PostAsync(new ClickstreamEvent("ada", noon.AddMinutes(3), "home"));
await pipeline.CompleteAsync();
List<string> reasons = [];
await foreach (SessionChange change in closing)
{
    reasons.Add(change.Session.EndReason);
}

await host.StopAsync();
if (!reasons.SequenceEqual(["Rule:logout", EndReasons.EndOfInput]))
{
    Console.Error.WriteLine($"Wrong sessions: {string.Join(", ", reasons)}");
    return 1;
}

new SessionizationLaws(new LogoutEndsVisit()).Check();

Console.WriteLine("The packages do what they should.");
return 0;
