namespace Sessionize.Testing.Harness;

/// <summary>Counts the steps of a process, and ends it at the one that was asked for.</summary>
internal sealed class CrashPoint
{
    private int _left = -1;
    private bool _isCrashed;

    public void At(int step) => _left = step;

    /// <summary>One step: before or behind a call to something durable.</summary>
    /// <exception cref="SimulatedCrashException">The process crashes here, or did before.</exception>
    public void Step()
    {
        _isCrashed |= _left == 0;
        _left--;
        if (_isCrashed)
        {
            throw new SimulatedCrashException();
        }
    }

    public async ValueTask StepAroundAsync(Func<ValueTask> call)
    {
        Step();
        await call().ConfigureAwait(false);
        Step();
    }

    public async ValueTask<T> StepAroundAsync<T>(Func<ValueTask<T>> call)
    {
        Step();
        T result = await call().ConfigureAwait(false);
        Step();
        return result;
    }
}
