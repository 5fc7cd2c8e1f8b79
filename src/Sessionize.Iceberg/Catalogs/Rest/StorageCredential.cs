using System.Text.Json;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>Settings that a server gives for the storage of locations that begin with a prefix. Immutable.</summary>
/// <param name="Prefix">The beginning.</param>
/// <param name="Settings">The settings, credentials among them.</param>
internal sealed record StorageCredential(string Prefix, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>The field that holds them.</summary>
    public const string Field = "storage-credentials";

    /// <summary>Reads what stands in <see cref="Field"/>.</summary>
    public static IReadOnlyList<StorageCredential> Read(JsonElement credentials) => credentials.ValueKind != JsonValueKind.Array ? [] :
        [.. credentials.EnumerateArray()
            .Where(credential => credential.ValueKind == JsonValueKind.Object)
            .Select(credential => new StorageCredential(RestJson.Text(credential, "prefix") ?? "", RestJson.Texts(credential, "config")))];

    /// <summary>Puts the settings whose prefix is the longest that a location begins with above others.</summary>
    public static IReadOnlyDictionary<string, string> Over(
        IReadOnlyDictionary<string, string> settings, IEnumerable<StorageCredential> credentials, string location)
    {
        Dictionary<string, string> merged = new(settings, StringComparer.Ordinal);
        StorageCredential? vended = credentials
            .Where(credential => location.StartsWith(credential.Prefix, StringComparison.Ordinal))
            .MaxBy(credential => credential.Prefix.Length);
        foreach ((string name, string value) in vended?.Settings ?? settings)
        {
            merged[name] = value;
        }

        return merged;
    }
}
