using Spectre.Console;

namespace Sessionize.Cli.Output;

/// <summary>A bar on standard error. A class of its own, so that the library that draws is not loaded before.</summary>
internal static class ProgressBar
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(200);

    public static async Task ShowAsync(Task running, Func<double?> share, Func<string> describe)
    {
        IAnsiConsole console = Pictures.ConsoleOf(Console.Error);
        await console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                ProgressTask task = context.AddTask(describe(), maxValue: 1);
                do
                {
                    task.IsIndeterminate = share() is null;
                    task.Value = share() ?? 0;
                    task.Description = describe();
                }
                while (await Task.WhenAny(running, Task.Delay(s_refresh)).ConfigureAwait(false) != running);
            })
            .ConfigureAwait(false);
    }
}
