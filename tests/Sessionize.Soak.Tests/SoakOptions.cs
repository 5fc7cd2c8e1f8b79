using System.Globalization;

namespace Sessionize.Soak.Tests;

/// <summary>What a soak is made of; each part by a variable of the environment.</summary>
/// <param name="Length">SESSIONIZE_SOAK_MINUTES: how long processes are killed; 3 minutes by default.</param>
/// <param name="GroupProtocol">SESSIONIZE_SOAK_GROUP: <c>classic</c> or <c>consumer</c>.</param>
/// <param name="Place">SESSIONIZE_SOAK_TABLE: <c>hadoop-local</c> or <c>rest-s3</c>.</param>
/// <param name="Seed">SESSIONIZE_SOAK_SEED: which events and faults.</param>
/// <param name="HasSlowDisk">SESSIONIZE_SOAK_SLOW_DISK=1: every flush of the processes takes longer by some milliseconds; needs <c>strace</c>.</param>
internal sealed record SoakOptions(TimeSpan Length, string GroupProtocol, SoakPlaceKind Place, int Seed, bool HasSlowDisk)
{
    private const int Combinations = 4;

    /// <summary>Reads the environment. What it does not choose is taken in turn, one combination a day: the outcome has to be the same with each.</summary>
    public static SoakOptions Read(DateOnly today)
    {
        int turn = today.DayNumber % Combinations;
        return new SoakOptions(
            TimeSpan.FromMinutes(double.Parse(Text("MINUTES", "3"), CultureInfo.InvariantCulture)),
            Choice("GROUP", ["classic", "consumer"], turn % 2),
            Choice("TABLE", ["hadoop-local", "rest-s3"], turn / 2) == "rest-s3" ? SoakPlaceKind.RestOnS3 : SoakPlaceKind.HadoopLocal,
            int.Parse(Text("SEED", "1"), CultureInfo.InvariantCulture),
            Text("SLOW_DISK", "0") == "1");
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"SESSIONIZE_SOAK_MINUTES={Length.TotalMinutes} SESSIONIZE_SOAK_GROUP={GroupProtocol} SESSIONIZE_SOAK_TABLE={(Place == SoakPlaceKind.RestOnS3 ? "rest-s3" : "hadoop-local")} SESSIONIZE_SOAK_SEED={Seed} SESSIONIZE_SOAK_SLOW_DISK={(HasSlowDisk ? 1 : 0)}");

    private static string Choice(string name, string[] choices, int turn)
    {
        string chosen = Text(name, choices[turn]);
        return choices.Contains(chosen) ? chosen : throw new InvalidOperationException($"SESSIONIZE_SOAK_{name} is '{chosen}': give {string.Join(" or ", choices)}.");
    }

    private static string Text(string name, string fallback) =>
        Environment.GetEnvironmentVariable($"SESSIONIZE_SOAK_{name}") is { Length: > 0 } text ? text : fallback;
}
