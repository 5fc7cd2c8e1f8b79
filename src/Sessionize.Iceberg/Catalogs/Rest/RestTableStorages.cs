using System.Text.Json;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>The storages of a catalog's tables, with the settings and credentials that the server gives for each. Safe for use by several threads.</summary>
/// <param name="factories">Makes storages of locations that are not local.</param>
internal sealed class RestTableStorages(IReadOnlyList<IFileStorageFactory> factories) : IAsyncDisposable
{
    private const string CredentialsEndpoint = "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials";

    private const string NamedEndpoint = "client.refresh-credentials-endpoint";

    // What may differ from one loading of a table to the next, without its storage being another one: that asks for new ones by itself.
    private static readonly HashSet<string> s_credentials =
        ["s3.access-key-id", "s3.secret-access-key", "s3.session-token", "s3.session-token-expires-at-ms", "expiration-time"];

    private readonly List<(TableName Name, Dictionary<string, string> Settings, IFileStorage Storage)> _storages = [];
    private readonly Lock _lock = new();

    /// <summary>Asks for vended credentials beside a table.</summary>
    public static KeyValuePair<string, string> Delegation { get; } = new("X-Iceberg-Access-Delegation", "vended-credentials");

    /// <summary>The storage of a table: the one that it had, if its settings are the same.</summary>
    /// <param name="session">Asks for new credentials, with the token that is the table's then.</param>
    /// <param name="name">The table.</param>
    /// <param name="table">What the server says of it.</param>
    public IFileStorage Of(Func<RestSession> session, TableName name, RestTableAnswer table)
    {
        // Not the table: its metadata may be long, and would be kept as long as the storage is.
        string location = table.Metadata.Location;
        IReadOnlyDictionary<string, string> general = SettingsOf(session(), table);
        string[] prefixes = [.. table.Credentials.Select(credential => credential.Prefix).Distinct(StringComparer.Ordinal)];
        Dictionary<string, string> lasting = [];
        foreach (string? prefix in (string?[])[null, .. prefixes])
        {
            foreach ((string key, string value) in StorageCredential.Over(general, table.Credentials, prefix).Where(setting => !s_credentials.Contains(setting.Key)))
            {
                lasting[$"{prefix} {key}"] = value;
            }
        }

        lock (_lock)
        {
            if (_storages.Find(known => known.Name == name && AreSame(known.Settings, lasting)).Storage is { } storage)
            {
                return storage;
            }

            // Where the table names no prefixes, those that come when credentials are asked for anew are looked up for the table's own location.
            IFileStorage elsewhere = Storage(session, name, general, prefixes.Length == 0 ? location : null);
            storage = prefixes.Length == 0 ? elsewhere : new PrefixFileStorage(
                prefixes.ToDictionary(
                    prefix => prefix, prefix => Storage(session, name, StorageCredential.Over(general, table.Credentials, prefix), prefix)), elsewhere);
            _storages.Add((name, lasting, storage));
            return storage;
        }
    }

    public async ValueTask DisposeAsync()
    {
        IFileStorage[] storages;
        lock (_lock)
        {
            storages = [.. _storages.Select(known => known.Storage)];
            _storages.Clear();
        }

        foreach (IFileStorage storage in storages)
        {
            await storage.DisposeAsync().ConfigureAwait(false);
        }
    }

    private IFileStorage Storage(Func<RestSession> session, TableName name, IReadOnlyDictionary<string, string> settings, string? prefix) =>
        new SchemeFileStorage(factories, settings, cancellationToken => RefreshAsync(session(), name, prefix, settings, cancellationToken));

    private static bool AreSame(Dictionary<string, string> one, Dictionary<string, string> other) =>
        one.Count == other.Count && one.All(setting => other.TryGetValue(setting.Key, out string? value) && value == setting.Value);

    private static IReadOnlyDictionary<string, string> SettingsOf(RestSession session, RestTableAnswer table)
    {
        Dictionary<string, string> settings = new(session.Settings.Properties, StringComparer.Ordinal);
        foreach ((string name, string value) in table.Config)
        {
            settings[name] = value;
        }

        // What opens the catalog is no business of a storage.
        settings.Remove("credential");
        settings.Remove("token");
        return settings;
    }

    /// <summary>Asks for credentials where the server names a place for it or says that it has one; otherwise it loads the table once more.</summary>
    private static async ValueTask<IReadOnlyDictionary<string, string>> RefreshAsync(
        RestSession session, TableName name, string? prefix, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        string what = $"There are no new credentials for the files of table '{name}'";
        string? named = settings.GetValueOrDefault(NamedEndpoint);
        bool? isAnswered = named is not null ? true : session.Answers(CredentialsEndpoint);
        if (isAnswered is not false)
        {
            Uri place = named is not null ? session.Paths.Named(named) : session.Paths.Credentials(name);
            RestAnswer answer = await session.GetAsync(place, cancellationToken).ConfigureAwait(false);
            if (answer.IsDone)
            {
                return Read(what, place, () => StorageCredential.Over(settings, RestTableAnswer.ReadCredentials(answer.Body), prefix));
            }

            // A server that says nothing of its calls may not know this one.
            if (isAnswered is true || answer.Status is not (400 or 404 or 405 or 501))
            {
                throw RestErrors.Of(answer, what, "Grant the client the right to read and write the table.");
            }
        }

        Uri table = session.Paths.Table(name);
        RestAnswer loaded = await session.GetAsync(table, cancellationToken, Delegation).ConfigureAwait(false);
        return loaded.IsDone
            ? Read(what, table, () =>
            {
                RestTableAnswer again = RestTableAnswer.Read(loaded.Body, table.ToString());
                return StorageCredential.Over(SettingsOf(session, again), again.Credentials, prefix);
            })
            : throw RestErrors.Of(loaded, what, "Look whether the table is still there.");
    }

    private static IReadOnlyDictionary<string, string> Read(string what, Uri place, Func<IReadOnlyDictionary<string, string>> read)
    {
        try
        {
            return read();
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException)
        {
            throw new SessionizeException($"{what}: the answer of '{place}' is not one of an Iceberg REST catalog. Look what stands between here and the server.", damage);
        }
    }
}
