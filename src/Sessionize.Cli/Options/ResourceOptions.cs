using System.CommandLine;

namespace Sessionize.Cli.Options;

/// <summary>The options that say how much of the machine a run takes. None of them changes a row.</summary>
internal sealed class ResourceOptions
{
    private const int MostThreads = 256;

    private readonly Option<long?> _threads = OptionParsing.Number(
        "--threads", 1, MostThreads, "4", "How many threads work; as many as there are cores by default.");

    private readonly Option<long?> _memory = OptionParsing.Size(
        "--memory", "512MiB", "About how much memory the run may take, such as 512MiB or 2GB; what does not fit goes to temporary files. No limit by default.");

    private readonly Option<string> _temp = OptionParsing.Text(
        "--temp", "folder", "Where temporary files go, if --memory asks for some; the system's folder for them by default.",
        folder => Directory.Exists(folder) ? null : "is no folder: create it, or name one that exists");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_threads, _memory, _temp])
        {
            command.Options.Add(option);
        }
    }

    public BatchOptions Read(ParseResult parsed)
    {
        BatchOptions options = new() { MemoryBytes = parsed.GetValue(_memory) };
        options.Threads = (int)(parsed.GetValue(_threads) ?? options.Threads);
        options.TempFolder = parsed.GetValue(_temp) ?? options.TempFolder;
        return options;
    }
}
