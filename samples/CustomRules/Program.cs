using CustomRules;
using Sessionize;

DateTimeOffset noon = new(2024, 5, 6, 12, 0, 0, TimeSpan.Zero);
ClickstreamEvent[] events =
[
    new("ada", noon, "home"),
    new("ada", noon.AddMinutes(3), "logout"),
    new("ada", noon.AddMinutes(4), "login"),
    new("ada", noon.AddMinutes(9), "offers") { Fields = new Dictionary<string, string?> { ["utm.campaign"] = "spring" } },
    new("bob", noon, "video/1"),
    new("bob", noon.AddMinutes(18), "home"),
    new("bob", noon.AddMinutes(29), "help"),
];

SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions
    .AddRule<LogoutEndsVisit>()
    .AddRule<CampaignStartsVisit>()
    .AddRule(new PauseByPage(ordinary: TimeSpan.FromMinutes(10), afterVideo: TimeSpan.FromMinutes(20))));

Console.WriteLine($"{"session",-17} {"from",-6} {"to",-6} {"pages",-14} ended by");
foreach (Session s in events.Sessionize(definition))
{
    Console.WriteLine($"{s.SessionId,-17} {s.StartTime:HH:mm}  {s.EndTime:HH:mm}  {string.Join(" ", s.PagesVisited),-14} {s.EndReason}");
}
