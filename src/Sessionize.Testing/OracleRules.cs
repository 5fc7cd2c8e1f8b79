using System.Text;
using Sessionize.Engine;
using Sessionize.Rules;

namespace Sessionize.Testing;

/// <summary>Puts the three questions to rules, with events of the oracle.</summary>
internal sealed class OracleRules
{
    private readonly EventFields _retained;
    private readonly TextTable _texts = new();

    public OracleRules(IReadOnlyList<ISessionBoundaryRule> rules)
    {
        Ranked =
        [
            .. rules.Where(rule => rule.Pass == RulePass.Visit && IsBuiltIn(rule)),
            .. rules.Where(rule => rule.Pass == RulePass.Visit && !IsBuiltIn(rule)),
            .. rules.Where(rule => rule.Pass == RulePass.Session && IsBuiltIn(rule)),
            .. rules.Where(rule => rule.Pass == RulePass.Session && !IsBuiltIn(rule)),
        ];
        _retained = EventFields.Of(rules.SelectMany(rule => rule.Reads));
        Anchored = rules.OfType<MaxDurationRule>().FirstOrDefault(rule => rule.Alignment == MaxDurationAlignment.Anchored);
    }

    public IReadOnlyList<ISessionBoundaryRule> Ranked { get; }

    public MaxDurationRule? Anchored { get; }

    public static string ReasonOf(ISessionBoundaryRule rule) => rule switch
    {
        InactivityRule => "Inactivity",
        MaxDurationRule => "MaxDuration",
        _ => "Rule:" + rule.Name,
    };

    public IEnumerable<ISessionBoundaryRule> Of(RulePass pass) => Ranked.Where(rule => rule.Pass == pass);

    public bool StartsNew(ISessionBoundaryRule rule, ClickstreamEvent e, ClickstreamEvent previous, ScopeFacts without) =>
        Ask(rule, e, previous, without, static (rule, context) => rule.StartsNew(context));

    public bool EndsWith(ISessionBoundaryRule rule, ClickstreamEvent e, ClickstreamEvent? previous, ScopeFacts with) =>
        Ask(rule, e, previous, with, static (rule, context) => rule.EndsWith(context));

    public long? Deadline(ISessionBoundaryRule rule, ClickstreamEvent e, ClickstreamEvent? previous, ScopeFacts with, long? visitStartMs)
    {
        long? deadline = rule is MaxDurationRule { Alignment: MaxDurationAlignment.Anchored } anchored
            ? EndOfCell((long)anchored.Maximum.TotalMilliseconds)
            : Ask(rule, e, previous, with, static (rule, context) => rule.DeadlineAfter(context));
        return deadline <= e.TimestampMs ? e.TimestampMs + 1 : deadline;

        long EndOfCell(long maximum)
        {
            long cell = (e.TimestampMs - visitStartMs!.Value) / maximum;
            return visitStartMs.Value + ((cell + 1) * maximum);
        }
    }

    private T Ask<T>(ISessionBoundaryRule rule, ClickstreamEvent e, ClickstreamEvent? previous, ScopeFacts facts, Question<T> question)
    {
        RuleFields fields = new(rule, EventFields.Of(_retained.Where(field => !field.Path.StartsWith('$'))));
        RetainedEvent current = Retain(e);
        RetainedEvent before = Retain(previous ?? new ClickstreamEvent("", e.TimestampMs));
        EventView currentView = new(in current, _texts, fields);
        EventView beforeView = new(in before, _texts, fields);
        return question(rule, new BoundaryContext(currentView, previous is not null, beforeView, facts, facts.StartMs));
    }

    private RetainedEvent Retain(ClickstreamEvent e)
    {
        int Text(string? text) => string.IsNullOrEmpty(text) ? TextTable.None : _texts.Add(Encoding.UTF8.GetBytes(text));
        List<byte> tuple = [];
        foreach (EventField field in _retained.Where(field => !field.Path.StartsWith('$')))
        {
            byte[] text = Encoding.UTF8.GetBytes(e.Fields.GetValueOrDefault(field.Path) ?? "");
            byte[] slot = new byte[text.Length + 5];
            tuple.AddRange(slot.AsSpan(0, FieldTuple.Append(slot, text, isPresent: text.Length > 0)).ToArray());
        }

        return new RetainedEvent
        {
            TimestampMs = e.TimestampMs,
            EventId = Text(e.EventId),
            PageName = Text(e.PageName),
            Fields = tuple.Count == 0 ? TextTable.None : _texts.Add(tuple.ToArray()),
        };
    }

    private static bool IsBuiltIn(ISessionBoundaryRule rule) => rule.GetType().Assembly == typeof(InactivityRule).Assembly;

    private delegate T Question<T>(ISessionBoundaryRule rule, BoundaryContext context);
}
