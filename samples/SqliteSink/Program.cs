using Sessionize;
using Sessionize.Testing.Contracts;
using SqliteSink;

using SessionTable table = new("shop");
SessionizationDefinition definition = SessionizationDefinition.Build(
    sessions => sessions.EndOnPage("logout").To(_ => new SqliteSessionSink(table.Database)), "shop");

await using (SessionizationPipeline pipeline = new(definition))
{
    Task running = pipeline.RunAsync();
    DateTimeOffset noon = new(2024, 5, 6, 12, 0, 0, TimeSpan.Zero);
    await pipeline.PostAsync(new ClickstreamEvent("ada", noon, "home"));
    await pipeline.PostAsync(new ClickstreamEvent("bob", noon.AddMinutes(1), "home"));
    await pipeline.PostAsync(new ClickstreamEvent("ada", noon.AddMinutes(2), "logout"));
    await pipeline.PostAsync(new ClickstreamEvent("ada", noon.AddMinutes(3), "login"));
    await pipeline.PostAsync(new ClickstreamEvent("bob", noon.AddMinutes(40), "help"));
    await pipeline.CompleteAsync();     // a service would go on until its host stops
    await running;
}

foreach (Session s in await table.ReadAsync(CancellationToken.None))
{
    Console.WriteLine($"{s.SessionId,-27} {s.StartTime:HH:mm}..{s.EndTime:HH:mm} {string.Join(' ', s.PagesVisited),-11} {s.EndReason}");
}

// What a test of the sink looks like: one call.
await SessionSinkContract.VerifyAsync(() =>
{
    SessionTable empty = new(Guid.NewGuid().ToString());
    return new SessionSinkPlace(() => new SqliteSessionSink(empty.Database), empty.ReadAsync);
});
Console.WriteLine("The sink keeps its contract.");
