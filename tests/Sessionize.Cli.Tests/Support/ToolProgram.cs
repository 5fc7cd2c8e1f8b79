namespace Sessionize.Cli.Tests.Support;

/// <summary>The tool that tests start: the one that was built with them, or a published one that the variable <c>SESSIONIZE_TOOL_PROGRAM</c> names.</summary>
public static class ToolProgram
{
    private const string Variable = "SESSIONIZE_TOOL_PROGRAM";

    /// <summary>What stands before the arguments: a program, or a runtime and what it runs.</summary>
    public static IReadOnlyList<string> Command { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } program
        ? [program]
        : ["dotnet", Path.Combine(AppContext.BaseDirectory, "Sessionize.Cli.dll")];
}
