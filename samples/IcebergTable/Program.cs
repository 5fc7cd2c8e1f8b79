using Sessionize;
using Sessionize.Iceberg;

string warehouse = Directory.CreateTempSubdirectory("sessionize-sample-").FullName;
var clicks = File.ReadLinesAsync("samples/data/shop.csv").Select(line => line.Split(','));      // shopper,milliseconds,page

SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions
    .FromItems(clicks, c => new ClickstreamEvent(c[0], long.Parse(c[1]), c[2]))
    .ToIceberg(table => table.Warehouse = warehouse));
await new BatchSessionizer(definition).RunAsync();

await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(new IcebergTableOptions { Warehouse = warehouse });
SessionQuery query = new() { Dates = [new DateOnly(2022, 8, 15)], UserId = "shopper-02" };
await foreach (Session s in table.ReadAsync(query))
{
    Console.WriteLine($"{s.SessionId}  {s.StartTime:MM-dd HH:mm}  {s.EventCount} events  {s.EntryPage}");
}

SessionQueryPlan plan = await table.PlanAsync(query);
Console.WriteLine($"{plan.Files} of {plan.FilesTotal} files had to be opened.");

Directory.Delete(warehouse, recursive: true);       // only here, so that the sample leaves nothing
