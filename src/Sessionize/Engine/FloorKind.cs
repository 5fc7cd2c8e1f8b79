namespace Sessionize.Engine;

/// <summary>How a <see cref="Floor"/> lies to what set it.</summary>
internal enum FloorKind : byte
{
    /// <summary>At a time, before all events of that time.</summary>
    AtTime,

    /// <summary>Directly before an event.</summary>
    AtEvent,

    /// <summary>Directly after an event.</summary>
    AfterEvent,
}
