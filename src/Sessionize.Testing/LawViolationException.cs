namespace Sessionize.Testing;

/// <summary>A law does not hold. The message has the law, the smallest input found, both results, and the seed to replay it.</summary>
/// <param name="law">The law.</param>
/// <param name="seed">The seed of the case.</param>
/// <param name="message">The whole message.</param>
/// <param name="innerException">What was thrown, when that is what was found.</param>
public sealed class LawViolationException(string law, int seed, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The name of the law: the method of <see cref="SessionizationLaws"/> that checks it.</summary>
    public string Law => law;

    /// <summary>The seed that gives the same case again, with one case.</summary>
    public int Seed => seed;
}
