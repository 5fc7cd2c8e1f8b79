using System.Diagnostics;
using System.Globalization;
using Sessionize;

namespace LiveLatency;

/// <summary>Reads sessions along, and takes the time since the event was sent that passed their deadline.</summary>
internal static class Watch
{
    public static async Task<List<double>> RunAsync(IAsyncEnumerable<SessionChange> sessions, Traffic traffic, TimeSpan timeout, TimeSpan skip)
    {
        List<double> waits = [];
        long begun = Stopwatch.GetTimestamp();
        await foreach (SessionChange change in sessions)
        {
            long now = Stopwatch.GetTimestamp();
            int user = int.Parse(change.Session.UserId.AsSpan("user-".Length), CultureInfo.InvariantCulture);

            // A pause of exactly the time-out belongs to the visit: it is over one millisecond later.
            if (Stopwatch.GetElapsedTime(begun, now) > skip && traffic.SentAt(user, change.Session.EndMs + (long)timeout.TotalMilliseconds + 1) is { } sentAt)
            {
                waits.Add(Stopwatch.GetElapsedTime(sentAt, now).TotalMilliseconds);
            }
        }

        return waits;
    }
}
