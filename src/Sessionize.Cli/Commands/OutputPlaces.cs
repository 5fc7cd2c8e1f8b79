using Sessionize.Storage;

namespace Sessionize.Cli.Commands;

/// <summary>Refuses, before anything is read, outputs that would destroy an input or each other, whatever they are called.</summary>
internal static class OutputPlaces
{
    private const string Standard = "-";

    /// <summary>Checks the places of a run.</summary>
    /// <param name="inputs">The inputs, <c>-</c> for standard input.</param>
    /// <param name="output">The output; <see langword="null"/> for standard output.</param>
    /// <param name="badEvents">The file of bad events, which need not come to exist.</param>
    /// <param name="overwrite">Whether the output may exist.</param>
    /// <exception cref="SessionizeException">Two places are one file, or the output exists.</exception>
    public static void Check(IReadOnlyList<string> inputs, string? output, string badEvents, bool overwrite)
    {
        string outputPlace = output ?? "/dev/stdout";
        foreach (string input in inputs)
        {
            string inputPlace = input == Standard ? "/dev/stdin" : input;
            if (AreSameFile(inputPlace, outputPlace))
            {
                throw new SessionizeException($"The output {Name(output)} is also the input {Name(input)}: it would be destroyed. Choose another output.");
            }

            if (AreSameFile(inputPlace, badEvents))
            {
                throw new SessionizeException($"The bad events would go to '{badEvents}', which is also the input {Name(input)}: give another file with --bad-events.");
            }
        }

        if (AreSameFile(outputPlace, badEvents))
        {
            throw new SessionizeException($"The bad events would go to '{badEvents}', which is also the output {Name(output)}: give another file with --bad-events.");
        }

        if (output is not null)
        {
            CheckFree(output, overwrite);
        }
    }

    /// <summary>Checks that a file does not exist, or may be replaced.</summary>
    /// <exception cref="SessionizeException">The file exists.</exception>
    public static void CheckFree(string output, bool overwrite)
    {
        if (!overwrite && File.Exists(output) && FileIdentity.IsRegularFile(output))
        {
            throw new SessionizeException($"The file '{output}' exists already. Choose another name, or give --overwrite.");
        }
    }

    private static string Name(string? path) => path is null ? "(standard output)" : path == Standard ? "(standard input)" : $"'{path}'";

    /// <summary>A terminal or a pipe may well be at both ends.</summary>
    private static bool AreSameFile(string left, string right) =>
        FileIdentity.AreSame(left, right) && (!File.Exists(left) || FileIdentity.IsRegularFile(left));
}
