// What somebody has who references the packages and nothing else: a host, a rule, the laws for the rule, and a table.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sessionize;
using Sessionize.Iceberg;
using Sessionize.S3;
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

// A table in a SQLite catalog: native code, which has to come with the packages. The storage of S3 is there, and connects to nothing.
DirectoryInfo folder = Directory.CreateTempSubdirectory("sessionize-consumer-");
IcebergTableOptions table = new()
{
    Warehouse = folder.FullName,
    Catalog = IcebergCatalogKind.Sql,
    CatalogUri = $"sqlite:///{Path.Combine(folder.FullName, "catalog.db")}",
    Storages = { new S3FileStorageFactory() },
};
ClickstreamEvent[] events = [new("ada", noon, "home"), new("ada", noon.AddMinutes(1), "home"), new("bob", noon.AddDays(1), "home")];
await new BatchSessionizer(SessionizationDefinition.Build(
    sessions => sessions.FromItems(events.ToAsyncEnumerable(), e => e).To(_ => new IcebergSessionSink(table)))).RunAsync();
await using (IcebergSessionTable written = await IcebergSessionTable.OpenAsync(table))
{
    SessionQueryPlan plan = await written.PlanAsync(new SessionQuery { Dates = [new DateOnly(2024, 5, 7)] });
    List<Session> rows = await written.ReadAsync(new SessionQuery()).ToListAsync();
    if (rows.Count != 2 || (plan.Files, plan.FilesTotal) != (1, 2))
    {
        Console.Error.WriteLine($"Wrong table: {rows.Count} sessions, {plan.Files} of {plan.FilesTotal} files.");
        return 1;
    }
}

folder.Delete(recursive: true);

Console.WriteLine("The packages do what they should.");
return 0;
