namespace Sessionize.Testing.Contracts;

/// <summary>Where a sink under test writes: a table, a folder, a service.</summary>
/// <param name="Open">Makes another instance of the sink over the place, as another process would.</param>
/// <param name="Read">
/// Reads the sessions that are in the place now. Compared are <see cref="Session.SessionId"/>, <see cref="Session.UserId"/>,
/// <see cref="Session.StartMs"/>, <see cref="Session.EndMs"/> and <see cref="Session.EventCount"/>; other columns may be missing.
/// </param>
public sealed record SessionSinkPlace(Func<ISessionSink> Open, Func<CancellationToken, ValueTask<IReadOnlyList<Session>>> Read);
