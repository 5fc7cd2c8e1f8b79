using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Makes storages of local files for one process.</summary>
internal sealed class FaultyStorageFactory(FaultPoint fault) : IFileStorageFactory
{
    public bool Handles(string location) => true;

    public IFileStorage Create(
        IReadOnlyDictionary<string, string> properties, Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>>? refresh) => new FaultyStorage(fault);
}
