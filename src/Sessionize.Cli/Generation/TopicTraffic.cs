using System.Text;
using Sessionize.Cli.Commands;
using Sessionize.Cli.Output;
using Sessionize.Kafka.Producing;

namespace Sessionize.Cli.Generation;

/// <summary>Sends generated events to a topic: the key is the user id, the value the event; bad lines have no key.</summary>
/// <param name="plan">What is generated.</param>
/// <param name="pace">When; <see langword="null"/>: as fast as it goes.</param>
internal sealed class TopicTraffic(GenerationPlan plan, Pace? pace)
{
    // Below the tool's own, so that it can still say what became of it.
    private static readonly TimeSpan s_patience = IStoppableCommand.Patience - TimeSpan.FromSeconds(2);

    /// <summary>The bad lines that were sent beside the events.</summary>
    public long BadLines { get; private set; }

    /// <summary>Whether all of it was sent, when <see cref="SendAsync"/> has ended.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Sends all of it, and waits until it is there.</summary>
    /// <param name="topic">Where to.</param>
    /// <param name="stop">Sends no more; what is under way is waited for.</param>
    /// <exception cref="SessionizeException">An event could not be sent.</exception>
    public async Task SendAsync(TopicStream topic, CancellationToken stop)
    {
        using CancellationTokenSource overdue = new();
        await using CancellationTokenRegistration stopped = stop.Register(() => overdue.CancelAfter(s_patience));
        try
        {
            await SendEventsAsync(topic, stop).ConfigureAwait(false);
            IsComplete = true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was promised to librdkafka is still sent.
        }

        try
        {
            await topic.FlushAsync(overdue.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late)
        {
            throw new SessionizeException(
                $"{CountText.Of(topic.Delivered, "record")} are there; of {topic.Sent - topic.Delivered:N0} more the brokers did not say so in time.", late, isTransient: true);
        }
    }

    private async Task SendEventsAsync(TopicStream topic, CancellationToken stop)
    {
        EventLines lines = new(plan.LeastBytes);
        Dice dice = new(plan.Seed, -3);
        long highest = plan.StartMs;
        foreach (GeneratedEvent next in EventStream.Generate(plan))
        {
            stop.ThrowIfCancellationRequested();
            if (pace is not null)
            {
                // One that comes late does so when the others have come to where it is now.
                highest = Math.Max(highest, next.TimeMs);
                await pace.WaitForAsync(highest, stop).ConfigureAwait(false);
            }

            if (dice.Chance(plan.Bad))
            {
                await topic.SendAsync(new() { Value = WithoutEnd(lines.BadLine(next, dice)) }, stop).ConfigureAwait(false);
                BadLines++;
            }

            await topic.SendAsync(new() { Key = Encoding.UTF8.GetBytes(next.User), Value = WithoutEnd(lines.Line(next)) }, stop).ConfigureAwait(false);
        }
    }

    private static byte[] WithoutEnd(ReadOnlyMemory<byte> line) => line.Span[..^1].ToArray();
}
