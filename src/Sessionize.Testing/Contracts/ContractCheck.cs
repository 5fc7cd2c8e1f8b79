namespace Sessionize.Testing.Contracts;

/// <summary>One rule of a contract, and how to see whether it is kept.</summary>
internal sealed record ContractCheck<TTrial>(string Name, Func<TTrial, Task> RunAsync)
    where TTrial : IAsyncDisposable
{
    public async Task VerifyAsync(Func<TTrial> newTrial)
    {
        await using TTrial trial = newTrial();
        try
        {
            await RunAsync(trial).ConfigureAwait(false);
        }
        catch (UnexpectedException unexpected)
        {
            throw new ContractViolationException(Name, unexpected.Expected, unexpected.Found);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever a sink or store throws where its contract has no exception is a finding.
            throw new ContractViolationException(Name, "no exception", $"{failure.GetType().Name}: {failure.Message}", failure);
        }
    }
}
