using Sessionize.Rules;

namespace Sessionize.Engine;

/// <summary>Where visits and sessions end: the one place in which boundaries are decided (semantics section 2).</summary>
/// <remarks>Pure functions of a carried-over <see cref="VisitState"/> and the next event; used by batch and streaming alike, by any thread.</remarks>
internal sealed class SessionKernel(RuleSet rules)
{
    public RuleSet Rules { get; } = rules;

    /// <summary>Gives the next event of a user its place.</summary>
    /// <param name="state">The state as of the event before; on return, as of this event.</param>
    /// <param name="next">The event; not before the state's last one in the order of semantics section 1.</param>
    /// <param name="texts">Where the events' texts are.</param>
    /// <param name="cause">Why the session before ended, when there is a boundary and a session before.</param>
    /// <returns>What lies between the state's last event and this one.</returns>
    public Boundary Place(ref VisitState state, in RetainedEvent next, IEventTexts texts, out EndCause cause)
    {
        Boundary boundary = Decide(state, next, texts, out cause);
        Accept(ref state, next, boundary, texts);
        return boundary;
    }

    /// <summary>Takes the first session off a user's list of events.</summary>
    /// <param name="state">The state as of the event before the list; on return, as of the session's last event.</param>
    /// <param name="events">The events, in the order of semantics section 1; at least one.</param>
    /// <param name="texts">Where the events' texts are.</param>
    /// <param name="cause">Why the session ends; where it reaches the end of the list, as far as its own events tell.</param>
    /// <returns>How many events the session has.</returns>
    public int TakeSession(ref VisitState state, ReadOnlySpan<RetainedEvent> events, IEventTexts texts, out EndCause cause)
    {
        Place(ref state, events[0], texts, out _);
        int taken = 1;
        while (true)
        {
            taken += Rules.AreLimitsOnly ? TakeWithinLimits(ref state, events[taken..]) : 0;
            if (taken == events.Length)
            {
                cause = state.EndAfterLast;
                return taken;
            }

            if (Decide(state, events[taken], texts, out cause) != Boundary.None)
            {
                return taken;
            }

            Accept(ref state, events[taken++], Boundary.None, texts);
        }
    }

    /// <summary>
    /// Takes the events before both limits at once. It decides nothing: up to the limits that <see cref="Ask"/> found there is nobody
    /// else to ask, the session's limit stays where it is, and each event moves the visit's as <see cref="Ask"/> would.
    /// </summary>
    private int TakeWithinLimits(ref VisitState state, ReadOnlySpan<RetainedEvent> events)
    {
        long visitDeadline = state.VisitDeadlineMs;
        long sessionDeadline = state.SessionDeadlineMs;
        long? timeout = Rules.Inactivity?.DeadlineMs;
        int taken = 0;
        foreach (ref readonly RetainedEvent next in events)
        {
            long t = next.TimestampMs;
            if (t >= visitDeadline || t >= sessionDeadline)
            {
                break;
            }

            visitDeadline = t + timeout ?? visitDeadline;
            taken++;
        }

        if (taken > 0)
        {
            state.VisitEvents += taken;
            state.SessionEvents += taken;
            state.VisitDeadlineMs = visitDeadline;
            state.Last = events[taken - 1];
        }

        return taken;
    }

    /// <summary>
    /// Takes one event that lies before both limits, where there are no other rules: what <see cref="Place"/> would do, for a caller that keeps
    /// no state but the limits.
    /// </summary>
    /// <param name="timestampMs">The event's time; not before that of the event before.</param>
    /// <param name="visitDeadlineMs">The visit's limit as of the event before; on return, as of this one.</param>
    /// <param name="sessionDeadlineMs">The session's limit.</param>
    /// <returns>Whether it was taken; if not, <see cref="Place"/> has to decide.</returns>
    public bool TryTakeWithinLimits(long timestampMs, ref long visitDeadlineMs, long sessionDeadlineMs)
    {
        if (!Rules.AreLimitsOnly || timestampMs >= visitDeadlineMs || timestampMs >= sessionDeadlineMs)
        {
            return false;
        }

        visitDeadlineMs = timestampMs + Rules.Inactivity?.DeadlineMs ?? visitDeadlineMs;
        return true;
    }

    /// <summary>Gives an event its place behind a boundary, or inside.</summary>
    private void Accept(ref VisitState state, in RetainedEvent next, Boundary boundary, IEventTexts texts)
    {
        Begin(ref state, next.TimestampMs, boundary);
        Ask(ref state, next, texts, hasPrevious: boundary != Boundary.Visit);
        state.Last = next;
        state.IsClosed = false;
    }

    private Boundary Decide(in VisitState state, in RetainedEvent next, IEventTexts texts, out EndCause cause)
    {
        cause = EndCause.Open;
        if (!state.HasEvent)
        {
            return Boundary.Visit;
        }

        Boundary boundary = Boundary.None;
        int startsNew = -1;
        if (next.TimestampMs >= state.VisitDeadlineMs || state.VisitEndsRule >= 0)
        {
            boundary = Boundary.Visit;
        }
        else if ((startsNew = FirstThatStartsNew(Rules.Visit, state, next, texts)) >= 0)
        {
            boundary = Boundary.Visit;
        }
        else if (next.TimestampMs >= state.SessionDeadlineMs || state.SessionEndsRule >= 0)
        {
            boundary = Boundary.Session;
        }
        else if ((startsNew = FirstThatStartsNew(Rules.Session, state, next, texts)) >= 0)
        {
            boundary = Boundary.Session;
        }

        if (boundary == Boundary.None && state.IsClosed)
        {
            return Boundary.Session;
        }

        if (boundary != Boundary.None)
        {
            cause = state.EndAfterLast;
            if (startsNew >= 0)
            {
                cause = EndCause.Earlier(cause, new EndCause(next.TimestampMs, EndCauseKind.StartsNew, startsNew));
            }
        }

        return boundary;
    }

    /// <summary>Counts an event in, behind a boundary or inside; what the rules say of it is not asked.</summary>
    public void Begin(ref VisitState state, long t, Boundary boundary)
    {
        switch (boundary)
        {
            case Boundary.Visit:
                state.SameStart = state.HasEvent && state.VisitStartMs == t ? state.SameStart + 1 : 0;
                state.VisitNumber++;
                state.VisitStartMs = t;
                state.VisitEvents = 1;
                state.CutsInsideCells = 0;
                state.SessionIndex = 0;
                state.SessionStartMs = t;
                state.SessionEvents = 1;
                break;

            case Boundary.Session:
                if (Rules.Anchored is { } anchored)
                {
                    long cell = (t - state.VisitStartMs) / anchored.MaximumMs;
                    long lastCell = (state.Last.TimestampMs - state.VisitStartMs) / anchored.MaximumMs;
                    state.CutsInsideCells += cell == lastCell ? 1 : 0;
                    state.SessionIndex = cell + state.CutsInsideCells;
                }
                else
                {
                    state.SessionIndex++;
                }

                state.VisitEvents++;
                state.SessionStartMs = t;
                state.SessionEvents = 1;
                break;

            default:
                state.VisitEvents++;
                state.SessionEvents++;
                break;
        }
    }

    /// <summary>Asks for ends and deadlines, once the event has its place.</summary>
    private void Ask(ref VisitState state, in RetainedEvent next, IEventTexts texts, bool hasPrevious)
    {
        RetainedEvent previous = hasPrevious ? state.Last : Absent(next.TimestampMs);
        ScopeFacts visit = new(state.VisitStartMs, state.VisitEvents);
        ScopeFacts session = new(state.SessionStartMs, state.SessionEvents);
        PassAnswers answers = AskPass(Rules.Visit, next, previous, hasPrevious, visit, state.VisitStartMs, texts);
        (state.VisitEndsRule, state.VisitDeadlineMs, state.VisitDeadlineRule) = (answers.EndsRule, answers.DeadlineMs, answers.DeadlineRule);
        answers = AskPass(Rules.Session, next, previous, hasPrevious, session, state.VisitStartMs, texts);
        (state.SessionEndsRule, state.SessionDeadlineMs, state.SessionDeadlineRule) = (answers.EndsRule, answers.DeadlineMs, answers.DeadlineRule);
    }

    /// <summary>Asks the rules of a pass: which is the first that ends with the event, and which has the earliest deadline after it.</summary>
    private PassAnswers AskPass(
        RuleSet.PassQuestions pass, in RetainedEvent next, in RetainedEvent previous, bool hasPrevious, ScopeFacts scope, long visitStartMs, IEventTexts texts)
    {
        PassAnswers answers = new() { EndsRule = -1, DeadlineMs = long.MaxValue, DeadlineRule = -1 };
        foreach (int rule in pass.AfterPlace)
        {
            // The limits need no context, and every event is put to them.
            switch (Rules[rule])
            {
                case InactivityRule inactivity:
                    answers.AddDeadline(rule, inactivity.DeadlineAfter(next.TimestampMs), next.TimestampMs);
                    break;
                case MaxDurationRule maximum:
                    answers.AddDeadline(rule, maximum.DeadlineAfter(next.TimestampMs, visitStartMs, scope.StartMs), next.TimestampMs);
                    break;
                case { } other:
                    BoundaryContext context = Show(rule, next, previous, hasPrevious, scope, visitStartMs, texts);
                    try
                    {
                        if (answers.EndsRule < 0 && other.EndsWith(context))
                        {
                            answers.EndsRule = rule;
                        }

                        if (other.DeadlineAfter(context) is { } deadline)
                        {
                            answers.AddDeadline(rule, deadline, next.TimestampMs);
                        }
                    }
                    catch (Exception exception)
                    {
                        throw new RuleFailure(other, next, exception);
                    }

                    break;
            }
        }

        return answers;
    }

    private int FirstThatStartsNew(RuleSet.PassQuestions pass, in VisitState state, in RetainedEvent next, IEventTexts texts)
    {
        ScopeFacts scope = ReferenceEquals(pass, Rules.Visit)
            ? new(state.VisitStartMs, state.VisitEvents)
            : new(state.SessionStartMs, state.SessionEvents);
        foreach (int rule in pass.StartsNew)
        {
            BoundaryContext context = Show(rule, next, state.Last, hasPrevious: true, scope, state.VisitStartMs, texts);
            try
            {
                if (Rules[rule].StartsNew(context))
                {
                    return rule;
                }
            }
            catch (Exception exception)
            {
                throw new RuleFailure(Rules[rule], next, exception);
            }
        }

        return -1;
    }

    private BoundaryContext Show(
        int rule, in RetainedEvent current, in RetainedEvent previous, bool hasPrevious, ScopeFacts scope, long visitStartMs, IEventTexts texts)
    {
        RuleFields fields = Rules.FieldsOf(rule);
        return new BoundaryContext(
            new EventView(in current, texts, fields), hasPrevious, new EventView(in previous, texts, fields), scope, visitStartMs);
    }

    private static RetainedEvent Absent(long timestampMs) => new()
    {
        TimestampMs = timestampMs,
        EventId = TextTable.None,
        PageName = TextTable.None,
        Fields = TextTable.None,
    };

    private struct PassAnswers
    {
        public int EndsRule;
        public long DeadlineMs;
        public int DeadlineRule;

        public void AddDeadline(int rule, long deadlineMs, long eventMs)
        {
            deadlineMs = Math.Max(deadlineMs, eventMs + 1);
            if (DeadlineRule < 0 || deadlineMs < DeadlineMs)
            {
                (DeadlineMs, DeadlineRule) = (deadlineMs, rule);
            }
        }
    }
}
