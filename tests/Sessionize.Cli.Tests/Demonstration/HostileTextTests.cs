using System.Text;
using Sessionize.Cli.Demonstration;
using Sessionize.Cli.Output;
using Xunit;

namespace Sessionize.Cli.Tests.Demonstration;

/// <summary>Ids and pages of the input cannot break the terminal that shows them.</summary>
public sealed class HostileTextTests
{
    private static readonly Session s_hostile = new()
    {
        UserId = "u",
        SessionId = "[bold red]\u001b]0;title\u0007",
        StartMs = 1_704_082_500_000,
        EndMs = 1_704_082_560_000,
        EventCount = 2,
        EntryPage = "\u202e[/]\r\n\u001b[2J",
        ExitPage = "[link=http://example.org]\u009b31m",
        EndReason = "Rule:\u001b",
        VisitStartMs = 1_704_082_500_000,
    };

    [Fact]
    public void Table_HostileText_IsShownAsText()
    {
        using StringWriter written = new();
        Pictures.ConsoleOf(written).Write(SessionTable.Of([s_hostile]));

        AssertHarmless(written.ToString());
        Assert.Contains("[bold red]\\u{1b}]0;", written.ToString(), StringComparison.Ordinal);
        Assert.Contains("\\u{202e}[/]", written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Timeline_HostileText_IsShownAsText()
    {
        string[] lines = [.. Timeline.Draw([s_hostile, s_hostile with { StartMs = 1_704_090_000_000, EndMs = 1_704_090_000_000, EntryPage = null, ExitPage = null }])];

        Assert.Equal(4, lines.Length);
        Assert.All(lines, AssertHarmless);
        Assert.Contains("no page", lines[2], StringComparison.Ordinal);
        Assert.Contains("2 h 4 min until the next event ── cut: Rule:\\u{1b}", lines[1], StringComparison.Ordinal);
    }

    private static void AssertHarmless(string text) =>
        Assert.DoesNotContain(text.EnumerateRunes(), rune => rune.Value != '\n' && (Rune.IsControl(rune) || rune.Value is >= 0x202a and <= 0x202e));
}
