namespace Sessionize.Testing.Harness;

/// <summary>Counts the steps of a process, and ends it at the one that was asked for.</summary>
internal sealed class CrashPoint
{
    private int _left = -1;
    private bool _isCrashed;

    /// <summary>Whether the process goes on behind the exception: a lost answer, not a crash.</summary>
    public bool Recovers { get; init; }

    /// <summary>Whether the step that was asked for was reached.</summary>
    public bool HasFailed { get; private set; }

    public void At(int step) => _left = step;

    /// <summary>One step: before or behind a call to something durable.</summary>
    /// <exception cref="SimulatedCrashException">The process crashes here, or did before; or this one call fails.</exception>
    public void Step()
    {
        bool isHere = _left == 0;
        _left--;
        HasFailed |= isHere;
        _isCrashed |= isHere && !Recovers;
        if (isHere || _isCrashed)
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
