using KafkaToIceberg;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using Sessionize;
using Sessionize.Iceberg;
using Sessionize.Kafka;

WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory,     // where appsettings.json lies
});

// Without a broker in the settings: one inside this process, a temporary place, and an end when all is read.
bool isDemo = builder.Configuration["Sessionization:shop:Kafka:BootstrapServers"] is null;
using EmbeddedKafkaBroker? broker = isDemo ? DemoBroker.Start("clicks") : null;
string place = isDemo
    ? Directory.CreateTempSubdirectory("sessionize-sample-").FullName
    : builder.Configuration["Place"] ?? throw new InvalidOperationException("Say where the table and the state are to lie, such as --Place=/var/lib/shop.");
string warehouse = Path.Combine(place, "warehouse");

builder.Services.AddSessionization("shop", sessions =>
{
    sessions
        .FromKafka(kafka => kafka.BootstrapServers = broker?.BootstrapServers ?? kafka.BootstrapServers)    // topic, group, security: appsettings.json
        .KeepStateInFiles(Path.Combine(place, "state"))
        .DeadLettersToNdjson(Path.Combine(place, "dead-letters", "shop.ndjson"))
        .ToIceberg(table => (table.Warehouse, table.PartitionBy) = (warehouse, "session_date"));
    if (isDemo)
    {
        sessions.WithTrigger(Trigger.UntilEnd(EndClosing.CloseAll()));
    }
});
builder.Services.AddHealthChecks().AddSessionization();
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(SessionizationPipeline.MeterName).AddPrometheusExporter());

await using WebApplication app = builder.Build();
app.MapHealthChecks("/health");                     // 200, or 503 when it is unhealthy
app.MapHealthChecks("/ready", new HealthCheckOptions { ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable } });
app.MapPrometheusScrapingEndpoint();                // /metrics
SessionizationPipeline pipeline = app.Services.GetRequiredKeyedService<SessionizationPipeline>("shop");
if (!isDemo)
{
    await app.RunAsync();                           // until SIGTERM, or until the pipeline fails: then its supervisor has to see that
    return pipeline.Health.Status == SessionizationHealthStatus.Unhealthy ? 1 : 0;
}

IAsyncEnumerable<SessionChange> closing = pipeline.ReadSessionsAsync();
await app.StartAsync();
Console.WriteLine($"{await closing.CountAsync()} sessions closed; then the pipeline ended.");

using (HttpClient http = new() { BaseAddress = new Uri(app.Urls.Single()) })
{
    Console.WriteLine($"/health: {await http.GetStringAsync("/health")}");
    string[] metrics = (await http.GetStringAsync("/metrics")).Split('\n');
    Console.WriteLine($"/metrics: {Array.Find(metrics, line => line.StartsWith("# HELP sessionize_commit_rows", StringComparison.Ordinal))}");
}

await app.StopAsync();
await using (IcebergSessionTable table = await IcebergSessionTable.OpenAsync(new IcebergTableOptions { Warehouse = warehouse }))
{
    await foreach (Session s in table.ReadAsync(new SessionQuery { UserId = "shopper-02" }))
    {
        Console.WriteLine($"{s.SessionId}  {s.StartTime:MM-dd HH:mm}  {s.EventCount,2} events  {s.EndReason}");
    }
}

Directory.Delete(place, recursive: true);           // only here, so that the sample leaves nothing
return 0;
