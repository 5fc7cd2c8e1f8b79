namespace Sessionize.Engine;

/// <summary>How often a lane touched retained events: what an order of arrival costs, told without a clock.</summary>
internal sealed class VisitWork
{
    /// <summary>The events that the kernel gave a place, again and again included.</summary>
    public long Scanned { get; set; }

    /// <summary>The events that were moved to make room or to be put in order.</summary>
    public long Moved { get; set; }

    /// <summary>The events that were put aside until the watermark reaches them.</summary>
    public long PutAside { get; set; }
}
