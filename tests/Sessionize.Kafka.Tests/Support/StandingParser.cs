namespace Sessionize.Kafka.Tests.Support;

/// <summary>Stands still at its first record.</summary>
internal sealed class StandingParser(IEventParser parser, TimeSpan time) : IEventParser
{
    private readonly ManualResetEventSlim _never = new();
    private bool _hasStood;

    public BadEventReason Parse(ReadOnlySpan<byte> record, EventBatch batch)
    {
        if (!_hasStood)
        {
            _hasStood = true;
            _never.Wait(time);
        }

        return parser.Parse(record, batch);
    }
}
