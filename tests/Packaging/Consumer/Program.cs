// What somebody has who references the packages and nothing else: a host, a rule, and a property test of the rule.
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sessionize;
using Sessionize.Testing;

DateTimeOffset noon = new(2024, 5, 6, 12, 0, 0, TimeSpan.Zero);

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddSessionization().AddRule<LogoutEndsSession>();
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

SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions.AddRule<LogoutEndsSession>().WithIds(SessionIds.StartTime));
Prop.ForAll(ArbMap.Default.ArbFor<(byte Pause, bool IsLogout)[]>(), clicks =>
{
    DateTimeOffset time = noon;
    ClickstreamEvent[] events = [.. clicks.Select(click => new ClickstreamEvent("ada", time = time.AddMinutes(click.Pause), click.IsLogout ? "logout" : "home"))];
    Session[] sessions = [.. events.Sessionize(definition)];

    SessionizationHarness harness = new(definition);
    harness.Send(events);
    harness.Crash();
    harness.Restart();

    return sessions.All(session => !session.PagesVisited.SkipLast(1).Contains("logout"))
        && harness.Complete().SequenceEqual(sessions);
}).QuickCheckThrowOnFailure();

Console.WriteLine("The packages do what they should.");
return 0;
