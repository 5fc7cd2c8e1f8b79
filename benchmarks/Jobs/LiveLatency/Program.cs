// How long it takes from the event that passes a session's deadline to the session, through Kafka:
// LiveLatency SERVERS TOPIC [SECONDS [EVENTS-A-SECOND [WAREHOUSE]]]
// With a warehouse, until the session is seen in a table there; without one, until the pipeline gives it.
// The topic has to be there. Prints percentiles in milliseconds; the first seconds, in which the group forms and code is compiled, do not count.
using System.Globalization;
using LiveLatency;
using Sessionize;
using Sessionize.Iceberg;
using Sessionize.Kafka;

if (args.Length < 2)
{
    Console.Error.WriteLine("LiveLatency SERVERS TOPIC [SECONDS [EVENTS-A-SECOND [WAREHOUSE]]]");
    return 2;
}

TimeSpan time = TimeSpan.FromSeconds(args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 60);
int rate = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 10_000;
string? warehouse = args.Length > 4 ? args[4] : null;
TimeSpan timeout = TimeSpan.FromSeconds(1);
TimeSpan skip = TimeSpan.FromSeconds(15);

SessionizationDefinition definition = SessionizationDefinition.Build(sessions =>
{
    sessions
        .Configure(definition =>
        {
            definition.Trigger = Trigger.Interval(TimeSpan.FromSeconds(10));
            definition.Options.InactivityTimeout = timeout;
            definition.Options.WatermarkDelay = TimeSpan.Zero;
        })
        .FromKafka(kafka => (kafka.BootstrapServers, kafka.Topic, kafka.StartFrom) = (args[0], args[1], KafkaStart.Latest));
    if (warehouse is not null)
    {
        sessions.ToIceberg(table => table.Warehouse = warehouse).KeepStateInFiles(Path.Join(warehouse, "state"));
    }
});
await using SessionizationPipeline pipeline = new(definition);
using CancellationTokenSource stop = new();
using Traffic traffic = new(args[0], args[1], rate);
Task run = pipeline.RunAsync(stop.Token);
Task<List<double>> watching = warehouse is null
    ? Watch.RunAsync(pipeline.ReadSessionsAsync(CancellationToken.None), traffic, timeout, skip)
    : new TableWatch(warehouse).RunAsync(traffic, timeout, skip, stop.Token);
await traffic.SendAsync(skip + time);
await stop.CancelAsync();
await run;

List<double> waits = await watching;
waits.Sort();
double At(double share) => waits[(int)((waits.Count - 1) * share)];
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"{{\"sessions\":{waits.Count},\"p50\":{At(0.5):f2},\"p90\":{At(0.9):f2},\"p99\":{At(0.99):f2},\"p999\":{At(0.999):f2},\"most\":{At(1):f2}}}"));
return 0;
