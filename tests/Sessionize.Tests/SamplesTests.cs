using System.Diagnostics;
using System.Text;
using Sessionize.Tests.Documentation;
using Xunit;

namespace Sessionize.Tests;

/// <summary>Every sample runs as built, ends with 0, and prints what the pages say.</summary>
public sealed class SamplesTests
{
    public static TheoryData<string> Samples => [.. Repository.Samples];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Run_OfASample_PrintsWhatThePagesShow(string sample)
    {
        MarkdownBlock[] shown = [.. Repository.Pages.SelectMany(Repository.BlocksOf).Where(block => block.PrintedBy == sample)];
        Assert.True(shown.Length > 0, $"No page shows what the sample prints: put its output behind a line '<!-- printed by samples/{sample} -->', in samples/README.md at least.");

        string printed = await RunAsync(sample, TestContext.Current.CancellationToken);

        Assert.All(shown, block => Assert.Equal(string.Join("\n", block.Lines), printed.ReplaceLineEndings("\n").TrimEnd()));
    }

    private static async Task<string> RunAsync(string sample, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", Repository.AssemblyOf(sample)])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        string printed = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, $"The sample ended with {process.ExitCode}: {await errors}");
        return printed;
    }
}
