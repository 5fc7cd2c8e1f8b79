using System.Diagnostics;
using System.Text;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>A program that answers each line of its input with one line; started at the first question. Safe for use by several threads.</summary>
/// <remarks>It ends with its input, so that it outlives no test run, however that ends.</remarks>
internal sealed class LineServer(Func<ProcessStartInfo> program) : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(15);
    private static readonly UTF8Encoding s_encoding = new(encoderShouldEmitUTF8Identifier: false);

    private readonly SemaphoreSlim _turn = new(1);
    private Process? _process;
    private Task<string>? _errors;

    /// <summary>Asks.</summary>
    /// <param name="question">A line without its end.</param>
    /// <param name="cancellationToken">Stops the question and the program, which starts again at the next one.</param>
    /// <returns>The answer.</returns>
    public async Task<string> AskAsync(string question, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        bool isAnswered = false;
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(s_limit);
            Process process = _process ??= Start();
            await process.StandardInput.WriteLineAsync(question.AsMemory(), limit.Token);
            await process.StandardInput.FlushAsync(limit.Token);
            string? answer = await process.StandardOutput.ReadLineAsync(limit.Token);
            isAnswered = answer is not null;
            return answer ?? throw new InvalidOperationException($"{process.StartInfo.FileName} ended: {await _errors!}");
        }
        finally
        {
            if (!isAnswered)
            {
                Kill();
            }

            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.StandardInput.Close();
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Kill();
        }

        _turn.Dispose();
    }

    private Process Start()
    {
        ProcessStartInfo start = program();
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        (start.StandardInputEncoding, start.StandardOutputEncoding) = (s_encoding, s_encoding);
        Process process = Process.Start(start)!;
        _errors = process.StandardError.ReadToEndAsync();
        return process;
    }

    private void Kill()
    {
        if (_process is { } process)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            process.Dispose();
            _process = null;
        }
    }
}
