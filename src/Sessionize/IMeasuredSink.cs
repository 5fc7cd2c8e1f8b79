namespace Sessionize;

/// <summary>A sink that can tell how much it wrote.</summary>
internal interface IMeasuredSink
{
    /// <summary>The bytes of the data files that were committed since the sink was made. May be asked for by any thread.</summary>
    long CommittedBytes { get; }
}
