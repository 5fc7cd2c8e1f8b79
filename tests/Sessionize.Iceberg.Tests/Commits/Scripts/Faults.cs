namespace Sessionize.Iceberg.Tests.Commits.Scripts;

/// <summary>Fails at random points, before or after a step was done. The same seed fails at the same points.</summary>
internal sealed class Faults(Random random)
{
    private const int Hundred = 100;

    /// <summary>How many of a hundred steps fail.</summary>
    public int Percent { get; set; }

    /// <summary>Whether steps fail at all.</summary>
    public bool AreOn { get; set; }

    /// <summary>Whether the next step fails.</summary>
    public bool Strike() => AreOn && random.Next(Hundred) < Percent;

    /// <summary>Does a step, and fails at random before or after it.</summary>
    public T Run<T>(string what, Func<T> step)
    {
        ThrowIf(Strike(), $"{what} is away.");
        T result = step();
        ThrowIf(Strike(), $"The answer of {what} is lost.");
        return result;
    }

    /// <summary>Fails as what passes does.</summary>
    public static void ThrowIf(bool fails, string message)
    {
        if (fails)
        {
            throw new SessionizeException(message, isTransient: true);
        }
    }
}
