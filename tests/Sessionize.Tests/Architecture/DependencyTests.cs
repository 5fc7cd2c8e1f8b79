using System.Reflection;
using NetArchTest.Rules;
using Xunit;

namespace Sessionize.Tests.Architecture;

public sealed class DependencyTests
{
    private static readonly Assembly s_core = typeof(Session).Assembly;
    private static readonly Assembly s_testing = Assembly.Load("Sessionize.Testing");

    private static readonly string[] s_clientLibraries =
        ["Confluent", "Parquet", "Amazon", "AWSSDK", "Npgsql", "Microsoft.Data.Sqlite", "System.CommandLine", "Spectre", "FsCheck", "Xunit"];

    private static readonly string[] s_bannedSuffixes = ["Helper", "Helpers", "Util", "Utils", "Utility", "Manager", "Impl", "Common", "Base"];

    [Fact]
    public void Core_Types_UseNoClientLibrary() =>
        AssertHolds(Types.InAssembly(s_core).ShouldNot().HaveDependencyOnAny(s_clientLibraries).GetResult());

    [Fact]
    public void Core_References_AreThoseOfTheDesign() => Assert.All(
        s_core.GetReferencedAssemblies().Select(name => name.Name!),
        name => Assert.True(
            (name.StartsWith("System.", StringComparison.Ordinal) && name != "System.CommandLine")
            || (name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) && name.EndsWith(".Abstractions", StringComparison.Ordinal))
            || name is "Microsoft.Extensions.Diagnostics.HealthChecks" // IHealthChecksBuilder is not in its abstractions.
            || name is "netstandard" or "Sep" or "ZstdSharp" or "System.IO.Hashing",
            $"{name} is no dependency that the core may have."));

    [Fact]
    public void Testing_Types_UseNoTestRunnerAndNoTool() => AssertHolds(
        Types.InAssembly(s_testing).ShouldNot().HaveDependencyOnAny("Xunit", "NUnit", "Microsoft.VisualStudio", "System.CommandLine", "Spectre").GetResult());

    [Fact]
    public void Testing_References_CoreOnly() =>
        Assert.Equal(["Sessionize"], OwnReferences(s_testing));

    [Fact]
    public void Types_Names_HaveNoSuffixThatSaysNothing() => Assert.All(
        s_core.GetTypes().Concat(s_testing.GetTypes()),
        type => Assert.DoesNotContain(s_bannedSuffixes, suffix => type.Name.Split('`')[0].EndsWith(suffix, StringComparison.Ordinal)));

    [Fact]
    public void Engine_Types_AreNotPublic() =>
        AssertHolds(Types.InAssembly(s_core).That().ResideInNamespace("Sessionize.Engine").ShouldNot().BePublic().GetResult());

    [Fact]
    public void HaveDependencyOnAny_TypeThatDepends_IsFound() => Assert.False(
        Types.InAssembly(typeof(DependencyTests).Assembly).ShouldNot().HaveDependencyOnAny("Xunit").GetResult().IsSuccessful);

    private static IEnumerable<string> OwnReferences(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(name => name.Name!).Where(name => name.StartsWith("Sessionize", StringComparison.OrdinalIgnoreCase));

    private static void AssertHolds(NetArchTest.Rules.TestResult result) =>
        Assert.True(result.IsSuccessful, $"These types break the rule: {string.Join(", ", result.FailingTypes?.Select(type => type.FullName) ?? [])}");
}
