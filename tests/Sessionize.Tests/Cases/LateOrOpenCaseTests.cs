using System.Text.Json;
using Sessionize.Testing;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Cases;

/// <summary>Case 22: which event is late, where the watermark stands, and what closes, step by step.</summary>
public sealed class LateOrOpenCaseTests
{
    private const string Name = "22-late-or-open";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Streaming_OfEveryStep_FollowsTheTrace(bool crashesAfterEveryStep)
    {
        SharedCase shared = SharedCase.Named(Name);
        SessionizationHarness harness = new(new SessionizationDefinition { Options = shared.Options() }, lanes: 2);
        List<(bool IsLate, long Watermark, string Closes)> trace = [];

        foreach ((int partition, ClickstreamEvent e) in Steps())
        {
            (int late, int closed) = (harness.LateEvents.Count, harness.Closed.Count);
            harness.SendTo(partition, e);

            // Late events are shown by the commit that passes them.
            harness.Commit();
            trace.Add((
                harness.LateEvents.Count > late,
                harness.WatermarkOf(partition),
                string.Join(" ", harness.Closed.Skip(closed).Select(change => change.Session.SessionId))));
            if (crashesAfterEveryStep)
            {
                harness.Crash();
                harness.Restart();
            }
        }

        IReadOnlyList<Session> sessions = harness.Complete();

        Assert.Equal(shared.Trace, trace);
        Assert.Equal(shared.Late, harness.LateEvents.Select(e => e.EventId));
        CaseRows.AssertEqual(shared.Sessions, CaseRows.Order(sessions));
    }

    private static IEnumerable<(int Partition, ClickstreamEvent Event)> Steps()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Find($"cases/{Name}.steps.json")));
        foreach (JsonElement step in document.RootElement.GetProperty("steps").EnumerateArray())
        {
            // The last step is the end of the input.
            if (step.TryGetProperty("value", out JsonElement value))
            {
                ClickstreamEvent e = new(value.GetProperty("uuid").GetString()!, value.GetProperty("event_timestamp").GetInt64())
                {
                    EventId = value.GetProperty("event_id").GetString(),
                    PageName = value.GetProperty("page_name").GetString(),
                };
                yield return (step.GetProperty("partition").GetInt32(), e);
            }
        }
    }
}
