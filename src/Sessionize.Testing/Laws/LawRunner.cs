using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Sessionize.Testing.Laws;

/// <summary>Tries a law on generated cases, and makes the first one that breaks it as small as it gets.</summary>
internal static class LawRunner
{
    private const int MostShrinks = 2_000;

    public static void Run(string law, string sentence, Gen<LawCase> cases, bool keepRules, int count, int seed, Func<LawCase, Difference?> find)
    {
        for (int i = 0; i < count; i++)
        {
            int of = unchecked(seed + i);
            LawCase tried = cases.Sample(10, new Rnd((ulong)(uint)of), 1).First();
            if (Try(tried, find) is { } broken)
            {
                (LawCase smallest, Finding finding) = Smallest(tried, broken, keepRules, find);
                string found = finding.Difference?.ToString() ?? $"  {finding.Thrown!.GetType().Name}: {finding.Thrown.Message}";
                string again = string.Create(CultureInfo.InvariantCulture, $"replay with Cases = 1, Seed = {of}");
                throw new LawViolationException(law, of, $"{law} does not hold: {sentence}\n{smallest.Describe()}\nfound\n{found}\n{again}", finding.Thrown);
            }
        }
    }

    private static (LawCase Case, Finding Finding) Smallest(LawCase tried, Finding broken, bool keepRules, Func<LawCase, Difference?> find)
    {
        int left = MostShrinks;
        while (true)
        {
            (LawCase Case, Finding? Finding) smaller = tried.Shrink(keepRules)
                .TakeWhile(_ => left-- > 0)
                .Select(simpler => (simpler, Try(simpler, find)))
                .FirstOrDefault(found => found.Item2 is not null);
            if (smaller.Finding is null)
            {
                return (tried, broken);
            }

            (tried, broken) = (smaller.Case, smaller.Finding);
        }
    }

    private static Finding? Try(LawCase tried, Func<LawCase, Difference?> find)
    {
        try
        {
            return find(tried) is { } difference ? new Finding(difference, null) : null;
        }
        catch (Exception e) when (e is not SessionizationConfigurationException)
        {
            // Whatever a stranger's rule throws is a finding, to be made small like any other.
            return new Finding(null, e);
        }
    }

    private sealed record Finding(Difference? Difference, Exception? Thrown);
}
