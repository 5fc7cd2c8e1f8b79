namespace Sessionize.Sources;

/// <summary>A host's wish to end the posted input, until it is decided.</summary>
/// <param name="endTimeMs">T of semantics section 2, or <see langword="null"/> for the highest event time.</param>
internal sealed class PostedCompletion(long? endTimeMs)
{
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long? EndTimeMs => endTimeMs;

    /// <summary>Ends when the wish is granted, or throws why not.</summary>
    public Task Decided => _decided.Task;

    public void Accept() => _decided.TrySetResult();

    public void Refuse(Exception why) => _decided.TrySetException(why);
}
