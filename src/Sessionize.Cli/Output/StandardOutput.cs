using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sessionize.Cli.Output;

/// <summary>Standard output as a stream of data.</summary>
internal static class StandardOutput
{
    /// <summary>Opens it. A write into a pipe that nobody reads any more fails, unlike with the console's stream, which swallows it.</summary>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows())
        {
            return Console.OpenStandardOutput();
        }

        FileStream direct = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

        // A FileStream keeps a position of its own, and so would write over what others write to the same redirected file.
        return direct.CanSeek ? Console.OpenStandardOutput() : direct;
    }

    /// <summary>Writes text and a line end.</summary>
    public static async Task WriteLineAsync(string text)
    {
        await using Stream stream = Open();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\n")).ConfigureAwait(false);
    }
}
