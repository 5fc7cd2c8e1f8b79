namespace LibraryUse;

/// <summary>What this application has: no clickstream, but something with an owner and a time.</summary>
public readonly record struct Purchase(int CustomerId, DateTime Utc, string Shop);
