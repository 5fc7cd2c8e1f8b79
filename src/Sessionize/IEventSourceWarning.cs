namespace Sessionize;

/// <summary>A source that can tell of something in its records that makes the result worse, and that nothing but a change of the input mends.</summary>
internal interface IEventSourceWarning
{
    /// <summary>What it is, as a sentence; <see langword="null"/>: nothing. May be asked for by any thread.</summary>
    string? Warning { get; }
}
