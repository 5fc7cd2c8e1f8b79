namespace Sessionize;

/// <summary>Something outside the program is not as it has to be: a file, a broker, a store, a sink, or a rule that threw.</summary>
/// <remarks>Misuse of the library throws exceptions of the base class library; late and malformed data throw nothing.</remarks>
public class SessionizeException : Exception
{
    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, where, and the remedy.</param>
    /// <param name="innerException">The cause.</param>
    /// <param name="isTransient">Whether trying again may succeed.</param>
    public SessionizeException(string message, Exception? innerException = null, bool isTransient = false)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>Whether trying again may succeed.</summary>
    public bool IsTransient { get; }

    /// <summary>Whether the thrower has tried as often as it was allowed to: whoever catches it does not try the same again at once.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool AreRetriesUsedUp { get; init; }
}
