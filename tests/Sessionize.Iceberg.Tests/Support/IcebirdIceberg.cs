namespace Sessionize.Iceberg.Tests.Support;

/// <summary>icebird as a reader of tables in local folders. One process for all tests of the run.</summary>
/// <remarks>Its times have milliseconds only; it reads no empty table.</remarks>
public sealed class IcebirdIceberg : IAsyncDisposable
{
    private readonly NodeProgram _program = new("icebird.mjs");

    /// <summary>Reads all rows.</summary>
    /// <param name="folder">The table's folder.</param>
    /// <param name="metadataFileName">The name of the metadata file, if the folder has no version hint.</param>
    public Task<TableRows> ReadAsync(string folder, string? metadataFileName = null) =>
        _program.AskAsync(new { table = folder, metadata = metadataFileName });

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
