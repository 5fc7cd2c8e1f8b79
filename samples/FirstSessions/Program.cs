using Sessionize;

var clicks = File.ReadLines("samples/data/shop.csv").Select(line => line.Split(','));      // shopper,milliseconds,page
foreach (Session s in clicks.Sessionize(c => new ClickstreamEvent(c[0], long.Parse(c[1]), c[2])))
{
    Console.WriteLine($"{s.SessionId}  {s.StartTime:MM-dd HH:mm}  {s.Duration:mm\\:ss}  {s.EventCount,2} events  {s.EntryPage,-15}  {s.EndReason}");
}
