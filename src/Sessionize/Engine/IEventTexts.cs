namespace Sessionize.Engine;

/// <summary>Gives the texts that events refer to: for streaming a lane's table, for batch what a cell of events was read from.</summary>
internal interface IEventTexts
{
    /// <summary>The page name, or an absent text.</summary>
    Utf8Text PageNameOf(scoped in RetainedEvent e);

    /// <summary>The event id, or an absent text.</summary>
    Utf8Text EventIdOf(scoped in RetainedEvent e);

    /// <summary>The declared fields packed into one text (<see cref="FieldTuple"/>); empty when all are absent.</summary>
    ReadOnlySpan<byte> FieldsOf(scoped in RetainedEvent e);
}
