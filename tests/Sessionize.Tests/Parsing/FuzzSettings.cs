using System.Globalization;

namespace Sessionize.Tests.Parsing;

/// <summary>How long the fuzz tests of the parsers run, and over which random lines: set by environment variables.</summary>
internal static class FuzzSettings
{
    /// <summary>How many seconds a test of some time takes: <c>SESSIONIZE_FUZZ_SECONDS</c>; 60 where nothing may be skipped, else 5.</summary>
    public static double Seconds { get; } = double.Parse(
        Environment.GetEnvironmentVariable("SESSIONIZE_FUZZ_SECONDS") ?? (Environment.GetEnvironmentVariable("SESSIONIZE_REQUIRE_COMPONENTS") == "1" ? "60" : "5"),
        CultureInfo.InvariantCulture);

    /// <summary>How many damaged lines a test of some lines tries: <c>SESSIONIZE_FUZZ_LINES</c>.</summary>
    public static long Lines { get; } = long.Parse(Environment.GetEnvironmentVariable("SESSIONIZE_FUZZ_LINES") ?? "20000", CultureInfo.InvariantCulture);

    /// <summary>Which random lines: <c>SESSIONIZE_FUZZ_SEED</c>.</summary>
    public static int Seed { get; } = int.Parse(Environment.GetEnvironmentVariable("SESSIONIZE_FUZZ_SEED") ?? "20240506", CultureInfo.InvariantCulture);

    /// <summary>What repeats a run.</summary>
    public static string Shown => $"SESSIONIZE_FUZZ_SEED={Seed} SESSIONIZE_FUZZ_SECONDS={Seconds} SESSIONIZE_FUZZ_LINES={Lines}";
}
