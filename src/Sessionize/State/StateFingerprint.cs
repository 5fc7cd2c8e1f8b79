using System.Globalization;
using Sessionize.Engine;
using Sessionize.Rules;

namespace Sessionize.State;

/// <summary>What a lane's state was made with (design section 4). Stored with it, so that other rules do not take it over silently.</summary>
/// <param name="Kernel">The version of the kernel's meaning.</param>
/// <param name="Ids">How sessions are named.</param>
/// <param name="Rules">One line a rule, in the order of ties: pass, name, version.</param>
/// <param name="Parameters">The rules' parameters, in the same order.</param>
/// <param name="Fields">The retained fields, in the order of their slots.</param>
internal sealed record StateFingerprint(
    int Kernel, string Ids, IReadOnlyList<string> Rules, IReadOnlyList<string> Parameters, IReadOnlyList<string> Fields)
{
    /// <summary>Raised when the same events under the same rules would be cut otherwise.</summary>
    public const int KernelVersion = 1;

    public static StateFingerprint Of(PipelinePlan plan) => new(
        KernelVersion,
        plan.Ids.ToString(),
        [.. plan.Rules.Rules.Select(DescribeRule)],
        [.. plan.Rules.Rules.Select(rule => rule.Parameters)],
        [.. plan.Rules.Retained.Select(field => field.Path)]);

    /// <summary>Why state of another fingerprint cannot be gone on with, or <see langword="null"/>.</summary>
    public string? WhyNot(StateFingerprint stored)
    {
        if (stored.Kernel != Kernel)
        {
            return $"it was written by kernel version {stored.Kernel}, this is version {Kernel}";
        }

        if (stored.Ids != Ids)
        {
            return $"its sessions are named by {stored.Ids}, the pipeline's by {Ids}";
        }

        if (!stored.Rules.SequenceEqual(Rules, StringComparer.Ordinal))
        {
            return $"its rules are [{string.Join("; ", stored.Rules)}], the pipeline's [{string.Join("; ", Rules)}]";
        }

        string[] missing = [.. Fields.Except(stored.Fields, StringComparer.Ordinal)];
        return missing.Length > 0
            ? $"its events were kept without the field{(missing.Length > 1 ? "s" : "")} {string.Join(", ", missing)}, which a rule now reads"
            : null;
    }

    /// <summary>Which parameters differ, or <see langword="null"/> when none does.</summary>
    public string? ChangesFrom(StateFingerprint stored)
    {
        string[] changes =
        [
            .. Enumerable.Range(0, Rules.Count).Where(i => stored.Parameters[i] != Parameters[i])
                .Select(i => $"{Rules[i]}: {stored.Parameters[i]} -> {Parameters[i]}"),
        ];
        return changes.Length == 0 ? null : string.Join("; ", changes);
    }

    /// <summary>One line, for commits and logs.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"kernel {Kernel}; ids {Ids}; rules {string.Join(", ", Rules.Zip(Parameters, (rule, parameters) => parameters.Length == 0 ? rule : $"{rule} ({parameters})"))}; fields {string.Join(", ", Fields)}");

    private static string DescribeRule(ISessionBoundaryRule rule) => string.Create(
        CultureInfo.InvariantCulture, $"{rule.Pass} {rule.Name} v{rule.Version}");
}
