namespace Sessionize;

/// <summary>Another process commits for the same lanes; this one stopped without writing anything twice.</summary>
/// <param name="message">What happened, where, and the remedy.</param>
public sealed class SessionizationFencedException(string message) : SessionizeException(message);
