using System.Globalization;

namespace Sessionize.Cli.Demonstration;

/// <summary>The worked example of the semantics: 19 events of three users, for which every session is known.</summary>
internal static class RuleCheck
{
    private const long StartMs = 1_704_082_500_000;

    private static readonly (string Rule, string User, int[] Minutes, string[] Expected)[] s_users =
    [
        ("30 minutes without an event end a visit", "user-001", [0, 5, 10, 45, 50, 55],
            ["user-001_session_1_0 0..10 (3)", "user-001_session_2_0 45..55 (3)"]),
        ("no session lasts 2 hours", "user-002", [0, 30, 60, 90, 120, 150, 180],
            ["user-002_session_1_0 0..90 (4)", "user-002_session_1_1 120..180 (3)"]),
        ("both rules together", "user-003", [0, 60, 110, 150, 270, 290],
            ["user-003_session_1_0 0..0 (1)", "user-003_session_2_0 60..60 (1)", "user-003_session_3_0 110..110 (1)", "user-003_session_4_0 150..150 (1)",
                "user-003_session_5_0 270..290 (2)"]),
    ];

    public static int Events => s_users.Sum(user => user.Minutes.Length);

    /// <summary>Cuts the events by a definition, and compares.</summary>
    /// <param name="definition">The default rules, but for a test.</param>
    public static IReadOnlyList<RuleVerdict> Run(SessionizationDefinition definition)
    {
        ILookup<string, string> sessions = s_users
            .SelectMany(user => user.Minutes.Select(minute => new ClickstreamEvent(user.User, StartMs + (minute * 60_000L))))
            .Sessionize(definition)
            .ToLookup(session => session.UserId, Describe);
        return [.. s_users.Select(user => new RuleVerdict(user.Rule, user.User, user.Expected, [.. sessions[user.User]]))];
    }

    private static string Describe(Session session) => string.Create(
        CultureInfo.InvariantCulture, $"{session.SessionId} {Minute(session.StartMs)}..{Minute(session.EndMs)} ({session.EventCount})");

    private static long Minute(long timeMs) => (timeMs - StartMs) / 60_000;
}
