namespace Sessionize.Cli.Generation;

/// <summary>One user: visits spread over the whole time, and in each a walk through pages, with pauses.</summary>
/// <remarks>Knows only the next event, so that millions of users and any number of events need no more memory than the users do.</remarks>
internal sealed class Visitor
{
    private const int EventsOfAVisit = 9;
    private const int EventsOfARobotsVisit = 2000;
    private const long MostReserveMs = 10 * 60 * 1000;

    private readonly string _user;
    private readonly bool _isRobot;
    private readonly Dice _dice;
    private readonly long _endMs;
    private readonly long _lastStartMs;
    private long _events;
    private long _visits;
    private long _eventsOfVisit;
    private long _visitStartMs;
    private long _timeMs;
    private string? _page;

    public Visitor(string user, bool isRobot, long events, Dice dice, long startMs, long durationMs)
    {
        _user = user;
        _isRobot = isRobot;
        _events = events;
        _dice = dice;
        _endMs = startMs + durationMs;

        // Room for the last visit before the end.
        _lastStartMs = _endMs - Math.Min(MostReserveMs, durationMs / 20);
        _timeMs = _visitStartMs = startMs;
        _visits = Math.Max(1, events / (isRobot ? EventsOfARobotsVisit : EventsOfAVisit));
    }

    /// <summary>Gives the next event.</summary>
    /// <param name="next">The event, not earlier than the one before.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryNext(out GeneratedEvent next)
    {
        next = default;
        if (_events == 0)
        {
            return false;
        }

        string? from = _eventsOfVisit == 0 ? null : _page;
        if (_eventsOfVisit == 0)
        {
            StartVisit();
        }
        else
        {
            _timeMs += Math.Min(Pause(), (_endMs - _timeMs) / (_events + 1));
            _page = _isRobot ? ShopWalk.NextOfRobot(_page) : ShopWalk.Next(_page!, _eventsOfVisit == 1, _dice);
        }

        _events--;
        _eventsOfVisit--;
        next = new GeneratedEvent(_timeMs, _user, _page!, from, _dice.Next());
        return true;
    }

    private void StartVisit()
    {
        // The least of so many starts that are spread evenly over what is left.
        double share = 1 - Math.Pow(1 - _dice.Share(), 1.0 / _visits);
        _visitStartMs += (long)((_lastStartMs - _visitStartMs) * share);
        _timeMs = Math.Max(_visitStartMs, _timeMs + Math.Min(Pause(), (_endMs - _timeMs) / (_events + 1)));
        _visits--;
        double mean = (double)_events / (_visits + 1);
        _eventsOfVisit = _visits == 0 ? _events : Math.Clamp(1 + (long)_dice.Exponential(mean - 1), 1, _events - _visits);
        _page = _isRobot ? ShopWalk.NextOfRobot(null) : ShopWalk.Entry(_dice);
    }

    private long Pause() => _isRobot
        ? _dice.Between(1_000, 3_000)
        : 300 + (long)(_dice.Share() switch
        {
            < 0.88 => _dice.Exponential(40_000),
            < 0.98 => _dice.Exponential(6 * 60_000),
            _ => _dice.Between(15 * 60_000, 35 * 60_000),
        });
}
