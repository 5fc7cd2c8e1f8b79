namespace Sessionize.Parquet.Tests.Support;

/// <summary>A stream whose first flush fails.</summary>
internal sealed class FlushFailsOnceStream : MemoryStream
{
    private bool _hasFailed;

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_hasFailed)
        {
            return Task.CompletedTask;
        }

        _hasFailed = true;
        throw new IOException("The first flush fails.");
    }
}
