using System.Globalization;

namespace Sessionize.Cli.Generation;

/// <summary>The events of all users in the order in which they arrive.</summary>
internal static class EventStream
{
    private const int UsersForARobot = 50;
    private const double WeightOfARobot = 25;
    private const double MostWeight = 200;
    private const long MostDelayMs = 5 * 60 * 1000;
    private const long MostRepetitionMs = 60 * 1000;

    /// <summary>Generates.</summary>
    /// <returns>The events; two of one id are one event that arrives twice.</returns>
    public static IEnumerable<GeneratedEvent> Generate(GenerationPlan plan)
    {
        Dice dice = new(plan.Seed, -1);
        PriorityQueue<GeneratedEvent, (long ArrivalMs, long Number)> underway = new();
        long number = 0;
        foreach (GeneratedEvent next in plan.IsSteady ? Steady(plan) : InOrder(plan))
        {
            while (underway.TryPeek(out GeneratedEvent waiting, out (long ArrivalMs, long) arrival) && arrival.ArrivalMs <= next.TimeMs)
            {
                yield return waiting;
                underway.Dequeue();
            }

            bool isDelayed = dice.Chance(plan.OutOfOrder);
            if (dice.Chance(plan.Duplicates))
            {
                underway.Enqueue(next, (next.TimeMs + dice.Between(1, MostRepetitionMs), number++));
            }

            if (isDelayed)
            {
                underway.Enqueue(next, (next.TimeMs + dice.Between(1, MostDelayMs), number++));
                continue;
            }

            yield return next;
        }

        while (underway.TryDequeue(out GeneratedEvent last, out _))
        {
            yield return last;
        }
    }

    private static IEnumerable<GeneratedEvent> Steady(GenerationPlan plan)
    {
        double distance = plan.Duration.TotalMilliseconds / plan.Events;
        long number = 0;
        foreach (GeneratedEvent next in InOrder(plan))
        {
            yield return next with { TimeMs = plan.StartMs + (long)(number++ * distance) };
        }
    }

    private static IEnumerable<GeneratedEvent> InOrder(GenerationPlan plan)
    {
        PriorityQueue<(Visitor Visitor, GeneratedEvent Next), (long TimeMs, long Number)> queue = new();
        long number = 0;
        foreach (Visitor visitor in Visitors(plan))
        {
            if (visitor.TryNext(out GeneratedEvent first))
            {
                queue.Enqueue((visitor, first), (first.TimeMs, number));
            }

            number++;
        }

        while (queue.TryPeek(out (Visitor Visitor, GeneratedEvent Next) earliest, out (long, long Number) priority))
        {
            yield return earliest.Next;
            if (earliest.Visitor.TryNext(out GeneratedEvent next))
            {
                queue.DequeueEnqueue((earliest.Visitor, next), (next.TimeMs, priority.Number));
            }
            else
            {
                queue.Dequeue();
            }
        }
    }

    private static IEnumerable<Visitor> Visitors(GenerationPlan plan)
    {
        long robots = plan.Users / UsersForARobot;
        double[] weights = new double[plan.Users];
        Dice dice = new(plan.Seed, -2);
        for (long user = 0; user < plan.Users; user++)
        {
            // A few people come again and again, most hardly ever.
            weights[user] = user < robots ? WeightOfARobot : Math.Min(Math.Pow(1 - dice.Share(), -1 / 1.2), MostWeight);
        }

        double sum = weights.Sum();
        long each = plan.Events >= plan.Users ? 1 : 0;
        long rest = plan.Events - (each * plan.Users);
        double before = 0;
        long given = 0;
        for (long user = 0; user < plan.Users; user++)
        {
            before += weights[user];
            long until = user == plan.Users - 1 ? rest : Math.Min(rest, (long)(before / sum * rest));
            string name = user < robots
                ? string.Create(CultureInfo.InvariantCulture, $"robot-{user + 1:000}")
                : UserName(user - robots + 1, new Dice(~plan.Seed, user));
            yield return new Visitor(name, user < robots, each + until - given, new Dice(plan.Seed, user), plan.StartMs, (long)plan.Duration.TotalMilliseconds);
            given = until;
        }
    }

    /// <summary>A name as the original pipeline's users have: <c>user-1234-5678-11223-33221</c>. No two are equal, since the number is in it.</summary>
    private static string UserName(long number, Dice dice) => string.Create(
        CultureInfo.InvariantCulture, $"user-{number / 10_000:0000}-{number % 10_000:0000}-{dice.Between(0, 100_000):00000}-{dice.Between(0, 100_000):00000}");
}
