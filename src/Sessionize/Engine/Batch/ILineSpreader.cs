using Sessionize.Sources.Files;

namespace Sessionize.Engine.Batch;

/// <summary>Parses lines, and spreads their events over cells. Not thread-safe.</summary>
internal interface ILineSpreader
{
    /// <summary>Takes a block of lines.</summary>
    /// <param name="block">The lines.</param>
    /// <param name="partition">The input's rank.</param>
    /// <param name="narrowStart">Where the input starts, counted through all inputs, if its lines can be read again; or -1.</param>
    /// <param name="lines">Counts the lines, and takes the bad ones.</param>
    void Spread(LineBlock block, int partition, long narrowStart, StretchLines lines);
}
