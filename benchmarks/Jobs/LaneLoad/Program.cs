// Lanes under load, of events that are parsed already: prints a table's rows. Processor time counts, wall time is beside it.
using System.Globalization;
using LaneLoad;

int rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
switch (args is [var job, ..] ? job : "")
{
    case "open":
        OpenVisitsJob.Run(rounds);
        return 0;
    case "closing":
        ClosingJob.Run(rounds);
        return 0;
    case "robot":
        RobotJob.Run(rounds);
        return 0;
    case "latency":
        LatencyJob.Run(rounds);
        return 0;
    case "lanes":
        await SideBySideJob.RunAsync(rounds);
        return 0;
    default:
        Console.Error.WriteLine("LaneLoad open | closing | robot | latency | lanes [ROUNDS]");
        return 2;
}
