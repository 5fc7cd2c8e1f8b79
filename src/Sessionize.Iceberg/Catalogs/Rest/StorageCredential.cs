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

    /// <summary>The longest prefix that a location begins with; <see langword="null"/>, if it begins with none.</summary>
    public static string? PrefixOf(IEnumerable<StorageCredential> credentials, string location) => credentials
        .Select(credential => credential.Prefix)
        .Where(prefix => location.StartsWith(prefix, StringComparison.Ordinal))
        .MaxBy(prefix => prefix.Length);

    /// <summary>Puts the settings of a prefix above others; without such settings, those whose prefix is the longest that it begins with.</summary>
    public static IReadOnlyDictionary<string, string> Over(
        IReadOnlyDictionary<string, string> settings, IReadOnlyList<StorageCredential> credentials, string? prefix)
    {
        Dictionary<string, string> merged = new(settings, StringComparer.Ordinal);
        string? nearest = prefix is null ? null : PrefixOf(credentials, prefix);
        foreach ((string name, string value) in credentials.FirstOrDefault(credential => credential.Prefix == nearest)?.Settings ?? settings)
        {
            merged[name] = value;
        }

        return merged;
    }
}
