using LibraryUse;
using Sessionize;

DateTime morning = new(2024, 5, 6, 9, 0, 0, DateTimeKind.Utc);
Purchase[] purchases =
[
    new(17, morning, "bakery"),
    new(17, morning.AddMinutes(12), "florist"),
    new(17, morning.AddHours(3), "bakery"),
    new(42, morning.AddMinutes(5), "florist"),
];

Console.WriteLine("All at once, in any order:");
foreach (Session s in purchases.Sessionize(new PurchaseMapper()))
{
    Console.WriteLine($"  {s.SessionId,-15} {s.EventCount} in {s.Duration:hh\\:mm}, {string.Join(" then ", s.PagesVisited)}");
}

Console.WriteLine("As they come, each session as soon as no event can join it any more:");
await foreach (Session s in Arriving(purchases).Sessionize(new PurchaseMapper()))
{
    Console.WriteLine($"  {s.UserId} at {s.StartTime:HH:mm}, {s.EventCount} in {s.Duration:hh\\:mm}, ended by {s.EndReason}");
}

static async IAsyncEnumerable<Purchase> Arriving(IEnumerable<Purchase> purchases)
{
    foreach (Purchase purchase in purchases.OrderBy(purchase => purchase.Utc))
    {
        await Task.Yield();
        yield return purchase;
    }
}
