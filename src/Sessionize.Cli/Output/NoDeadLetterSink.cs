namespace Sessionize.Cli.Output;

/// <summary>Takes the bad events of a dry run, which are only counted.</summary>
internal sealed class NoDeadLetterSink : IDeadLetterSink
{
    public ValueTask WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) => default;

    public ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public ValueTask DisposeAsync() => default;
}
