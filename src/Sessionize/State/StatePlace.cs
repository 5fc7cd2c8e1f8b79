using System.Text;
using System.Text.Json;
using Sessionize.Storage;

namespace Sessionize.State;

/// <summary>Whose states a location holds: the file <c>sessionize-state.json</c> there names the pipeline.</summary>
/// <remarks>Two pipelines in one place would delete each other's states as old ones. Safe for use by several threads.</remarks>
internal sealed class StatePlace(IFileStorage storage, StorageRetries retries, string location, string pipeline) : IDisposable
{
    private const int FormatVersion = 1;

    private readonly SemaphoreSlim _lock = new(1);
    private readonly string _file = FileLocations.Join(location, "sessionize-state.json");
    private bool _isChecked;
    private bool _isTaken;
    private bool _isProbed;

    /// <summary>Makes the place the pipeline's, before the first file is written.</summary>
    /// <exception cref="SessionizeException">It is another's.</exception>
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        if (_isTaken)
        {
            return;
        }

        await _lock.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            byte[] text = Encoding.UTF8.GetBytes($$"""{"format":{{FormatVersion}},"pipeline":"{{JsonEncodedText.Encode(pipeline)}}"}{{'\n'}}""");
            if (!_isTaken && !await retries.RunAsync(token => storage.TryCreateAsync(_file, text, token), cancellationToken).ConfigureAwait(false))
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }

            _isChecked = true;
            _isTaken = true;
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>Makes sure that the place is not another's, before the first file is read.</summary>
    /// <exception cref="SessionizeException">It is another's.</exception>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        if (!_isChecked)
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
            _isChecked = true;
        }
    }

    /// <summary>Makes sure that of several that make one file one succeeds; for the commit record everything depends on it.</summary>
    /// <exception cref="SessionizeException">It is not so.</exception>
    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        if (!_isProbed && storage is IProbedFileStorage probed)
        {
            try
            {
                await probed.ProbeConditionalWritesAsync(location, cancellationToken).ConfigureAwait(false);
            }
            catch (SessionizeException failure) when (!failure.IsTransient)
            {
                throw new SessionizeException(
                    $"'{location}' cannot hold the commit record of '{pipeline}', which a sink without positions of its own needs: keep the state in another place, "
                        + $"such as a mounted disk, or commit to a sink that holds them, such as an Iceberg table. {failure.Message}",
                    failure);
            }
        }

        _isProbed = true;
    }

    public void Dispose() => _lock.Dispose();

    private async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        if (await retries.RunAsync(token => storage.TryReadAsync(_file, token), cancellationToken).ConfigureAwait(false) is not { } text)
        {
            return;
        }

        int format;
        string? owner;
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            format = json.RootElement.GetProperty("format").GetInt32();
            owner = json.RootElement.GetProperty("pipeline").GetString();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new SessionizeException(
                $"'{_file}', which says whose states these are, is damaged: {failure.Message.TrimEnd('.')}. Delete it if they are those of the pipeline '{pipeline}'.", failure);
        }

        if (format > FormatVersion)
        {
            throw new SessionizeException(
                $"'{_file}' has the format {format}, and this version of the library reads up to {FormatVersion}. Go on with the newer version, or keep the state in another place.");
        }

        if (owner != pipeline)
        {
            throw new SessionizeException(
                $"'{location}' holds the state of the pipeline '{owner}', not of '{pipeline}'. Give each pipeline a place of its own, or this one its old name.");
        }
    }
}
