namespace Sessionize.Cli.Generation;

/// <summary>An event, before it is written.</summary>
/// <param name="TimeMs">Its time.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Page">The page.</param>
/// <param name="Id">Its id.</param>
internal readonly record struct GeneratedEvent(long TimeMs, string User, string Page, ulong Id);
