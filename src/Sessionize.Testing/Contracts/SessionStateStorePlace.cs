namespace Sessionize.Testing.Contracts;

/// <summary>Where a state store under test keeps what it is given: a folder, a bucket.</summary>
/// <param name="Open">Makes another instance of the store over the place, as another process would.</param>
public sealed record SessionStateStorePlace(Func<ISessionStateStore> Open);
