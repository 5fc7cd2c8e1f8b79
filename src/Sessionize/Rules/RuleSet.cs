using System.Text;
using Sessionize.Engine;

namespace Sessionize.Rules;

/// <summary>The rules of a pipeline in the order in which ties of end reasons are decided, prepared for being asked.</summary>
internal sealed class RuleSet
{
    /// <summary>The index of no rule.</summary>
    public const int NoRule = -1;

    private static readonly byte[] s_endOfInput = Encoding.UTF8.GetBytes(EndReasons.EndOfInput);

    private readonly ISessionBoundaryRule[] _rules;
    private readonly byte[][] _reasons;
    private readonly RuleFields[] _fields;

    /// <param name="rules">The rules in the order of registration.</param>
    public RuleSet(IEnumerable<ISessionBoundaryRule> rules)
    {
        // Pass 1 before pass 2, built-in before custom, then registration order: OrderBy is stable.
        _rules = [.. rules.OrderBy(rule => rule.Pass).ThenBy(rule => IsBuiltIn(rule) ? 0 : 1)];
        Retained = EventFields.Of(_rules.SelectMany(rule => rule.Reads)
            .Where(field => !field.Equals(EventField.PageName) && !field.Equals(EventField.EventId))
            .DistinctBy(field => field.Path, StringComparer.Ordinal)
            .OrderBy(field => field.Path, StringComparer.Ordinal));
        _fields = [.. _rules.Select(rule => new RuleFields(rule, Retained))];

        Anchored = _rules.OfType<MaxDurationRule>().FirstOrDefault(rule => rule.Alignment == MaxDurationAlignment.Anchored);
        Inactivity = _rules.OfType<InactivityRule>().FirstOrDefault();
        _reasons = [.. _rules.Select(ReasonOf)];
        ReadEventIds = _rules.Any(rule => rule.Reads.Contains(EventField.EventId));
        AreLimitsOnly = _rules.All(rule => rule is InactivityRule or MaxDurationRule);
        Visit = Questions(RulePass.Visit);
        Session = Questions(RulePass.Session);
    }

    public IReadOnlyList<ISessionBoundaryRule> Rules => _rules;

    /// <summary>The fields beyond page name and event id that some rule reads, in the order of their slots.</summary>
    public EventFields Retained { get; }

    public MaxDurationRule? Anchored { get; }

    public InactivityRule? Inactivity { get; }

    /// <summary>Whether some rule reads the event id.</summary>
    public bool ReadEventIds { get; }

    /// <summary>Whether nothing ends a session but inactivity and the maximum duration.</summary>
    public bool AreLimitsOnly { get; }

    public PassQuestions Visit { get; }

    public PassQuestions Session { get; }

    public ISessionBoundaryRule this[int rule] => _rules[rule];

    public RuleFields FieldsOf(int rule) => _fields[rule];

    /// <summary>The end reason that a rule gives, or that the end of the input gives for <see cref="NoRule"/>.</summary>
    public ReadOnlySpan<byte> ReasonOf(int rule) => rule == NoRule ? s_endOfInput : _reasons[rule];

    private static byte[] ReasonOf(ISessionBoundaryRule rule) => Encoding.UTF8.GetBytes(rule switch
    {
        InactivityRule => EndReasons.Inactivity,
        MaxDurationRule => EndReasons.MaxDuration,
        _ => EndReasons.RulePrefix + rule.Name,
    });

    private static bool IsBuiltIn(ISessionBoundaryRule rule) =>
        rule is InactivityRule or MaxDurationRule or EventLimitRule or MidnightRule or EndOnPageRule;

    /// <summary>Which rules are asked what. Built-in rules answer for one time only; at the other they are not asked.</summary>
    private PassQuestions Questions(RulePass pass)
    {
        int[] ofPass = [.. Enumerable.Range(0, _rules.Length).Where(i => _rules[i].Pass == pass)];
        return new PassQuestions(
            [.. ofPass.Where(i => !IsBuiltIn(_rules[i]) || _rules[i] is EventLimitRule)],
            [.. ofPass.Where(i => _rules[i] is not EventLimitRule)]);
    }

    /// <summary>The rules of one pass by when they are asked, as indexes of the set.</summary>
    /// <param name="StartsNew">Those that are asked whether an event starts something new, before it has its place.</param>
    /// <param name="AfterPlace">Those that are asked for an end and for a deadline, once it has its place.</param>
    internal sealed record PassQuestions(int[] StartsNew, int[] AfterPlace);
}
