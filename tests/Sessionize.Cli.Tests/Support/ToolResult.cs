using System.Text;
using Xunit;

namespace Sessionize.Cli.Tests.Support;

/// <summary>How a run of the tool ended.</summary>
public sealed record ToolResult(int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    public string[] OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What holds after every run, whatever went wrong: no stack trace, no escapes where nobody has a terminal.</summary>
    public ToolResult AssertCivil()
    {
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("not your fault", Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', Error);
        Assert.DoesNotContain('\r', Error);
        return this;
    }
}
