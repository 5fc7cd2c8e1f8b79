namespace Sessionize.Testing.Harness;

/// <summary>Dead letters whose process may crash before and behind each call.</summary>
internal sealed class CrashingDeadLetterSink(IDeadLetterSink inner, CrashPoint crash) : IDeadLetterSink
{
    public ValueTask WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.WriteAsync(letters, cancellationToken));

    public ValueTask FlushAsync(CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.FlushAsync(cancellationToken));

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
