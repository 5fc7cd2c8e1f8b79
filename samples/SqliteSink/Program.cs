using Sessionize;
using Sessionize.Sinks;
using Sessionize.Testing.Contracts;
using SqliteSink;

string place = Directory.CreateTempSubdirectory("sessionize-sample-").FullName;
string clicks = Path.Combine(place, "clicks.ndjson");
await File.WriteAllLinesAsync(clicks,
[
    """{"uuid":"ada","event_timestamp":1714996800000,"page_name":"home"}""",
    """{"uuid":"bob","event_timestamp":1714996860000,"page_name":"home"}""",
    """{"uuid":"ada","event_timestamp":1714996920000,"page_name":"logout"}""",
    """{"uuid":"ada","event_timestamp":1714996980000,"page_name":"login"}""",
    """{"uuid":"bob","event_timestamp":1714999200000,"page_name":"help"}""",
]);
using SessionTable table = new("shop");

// Source, state and table outlast the process, so a start goes on from the last commit: with FromKafka it is the same.
SessionizationDefinition Shop(UpsertSessionSink sink) => SessionizationDefinition.Build(
    sessions => sessions
        .FromFiles(clicks)
        .WithTrigger(Trigger.UntilEnd(EndClosing.CloseAll()))
        .EndOnPage("logout")
        .KeepStateInFiles(Path.Combine(place, "state"))
        .To(_ => sink),
    "shop");

try
{
    await using SessionizationPipeline unlucky = new(Shop(new PowerCut(table.Database)));
    await unlucky.RunAsync();
}
catch (SessionizeException failure)
{
    Console.WriteLine($"{failure.Message} Started again, it does the same work once more, and the table has:");
}

await using (SessionizationPipeline pipeline = new(Shop(new SqliteSessionSink(table.Database))))
{
    await pipeline.RunAsync();
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
Directory.Delete(place, recursive: true);       // only here, so that the sample leaves nothing
