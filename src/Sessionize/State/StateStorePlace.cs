using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sessionize.Storage;

namespace Sessionize.State;

/// <summary>Makes the state store that the options ask for.</summary>
internal static class StateStorePlace
{
    public static ISessionStateStore Make(SessionizationContext context)
    {
        FileStateOptions options = context.Definition.Options.State;
        if (options.Location is not { } location)
        {
            return new InMemorySessionStateStore(new InMemoryStateFolder(context.TimeProvider));
        }

        SchemeFileStorage storage = new(
            [.. options.Storages, .. context.Services?.GetServices<IFileStorageFactory>() ?? []],
            new Dictionary<string, string>(options.Properties, StringComparer.Ordinal));
        return new FileSessionStateStore(storage, location, context.Pipeline, context.TimeProvider, context.LoggerFactory.CreateLogger("Sessionize.State"));
    }
}
