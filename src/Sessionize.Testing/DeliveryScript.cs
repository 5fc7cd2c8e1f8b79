using System.Globalization;

namespace Sessionize.Testing;

/// <summary>How events reach a pipeline: the number of lanes, the micro-batches, and the commits, crashes and lane moves between them.</summary>
/// <param name="Lanes">The number of lanes; at least 1.</param>
/// <param name="Steps">The steps. Events that they leave over are sent one by one at the end.</param>
public sealed record DeliveryScript(int Lanes, IReadOnlyList<DeliveryStep> Steps)
{
    /// <summary>One lane, and nothing happens but the events, one by one.</summary>
    public static DeliveryScript Quiet { get; } = new(1, []);

    /// <summary>Delivers events to a harness with as many lanes as the script.</summary>
    /// <param name="harness">The harness; it is up, and up again when this returns.</param>
    /// <param name="events">The events, in the order of their arrival.</param>
    public void Deliver(SessionizationHarness harness, IReadOnlyList<ClickstreamEvent> events)
    {
        ArgumentNullException.ThrowIfNull(harness);
        ArgumentNullException.ThrowIfNull(events);
        int sent = 0;
        foreach (DeliveryStep step in Steps)
        {
            Take(harness, step, events, ref sent);
            if (harness.IsDown)
            {
                harness.Restart();
            }
        }

        foreach (ClickstreamEvent e in events.Skip(sent))
        {
            harness.Send(e);
        }
    }

    /// <summary>The script as it is printed: <c>2 lanes: Send 3, Commit, Crash</c>.</summary>
    /// <returns>The script.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Lanes} {(Lanes == 1 ? "lane" : "lanes")}: {(Steps.Count == 0 ? "events one by one" : string.Join(", ", Steps))}");

    private static void Take(SessionizationHarness harness, DeliveryStep step, IReadOnlyList<ClickstreamEvent> events, ref int sent)
    {
        switch (step.Kind)
        {
            case DeliveryStepKind.Send:
                harness.Send(events.Skip(sent).Take(step.Number));
                sent = Math.Min(events.Count, sent + step.Number);
                break;
            case DeliveryStepKind.Commit:
                harness.Commit();
                break;
            case DeliveryStepKind.Crash:
                harness.Crash();
                break;
            case DeliveryStepKind.CrashInCommit:
                harness.CrashAt(step.Number);
                harness.Commit();
                break;
            case DeliveryStepKind.MoveLane:
                harness.MoveLane(step.Number);
                break;
            case DeliveryStepKind.StealLane:
                harness.StealLane(step.Number);
                break;
            default:
                throw new InvalidOperationException($"The script has a step of the unknown kind {step.Kind}.");
        }
    }
}
