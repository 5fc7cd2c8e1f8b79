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
        ["s3.access-key-id", "s3.secret-access-key", "s3.session-token", "s3.session-token-expires-at-ms", "expiration-time", "token"];

    private readonly List<(TableName Name, Dictionary<string, string> Settings, IFileStorage Storage)> _storages = [];
    private readonly Lock _lock = new();

    /// <summary>Asks for vended credentials beside a table.</summary>
    public static KeyValuePair<string, string> Delegation { get; } = new("X-Iceberg-Access-Delegation", "vended-credentials");

    /// <summary>The storage of a table: the one that it had, if its settings are the same.</summary>
    /// <param name="session">Asks for new credentials.</param>
    /// <param name="name">The table.</param>
    /// <param name="table">What the server says of it.</param>
    public IFileStorage Of(RestSession session, TableName name, RestTableAnswer table)
    {
        IReadOnlyDictionary<string, string> settings = SettingsOf(session, table);
        Dictionary<string, string> lasting = settings.Where(setting => !s_credentials.Contains(setting.Key)).ToDictionary();
        lock (_lock)
        {
            if (_storages.Find(known => known.Name == name && AreSame(known.Settings, lasting)).Storage is { } storage)
            {
                return storage;
            }

            storage = new SchemeFileStorage(factories, settings, cancellationToken => RefreshAsync(session, name, table, cancellationToken));
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

    private static bool AreSame(Dictionary<string, string> one, Dictionary<string, string> other) =>
        one.Count == other.Count && one.All(setting => other.TryGetValue(setting.Key, out string? value) && value == setting.Value);

    private static IReadOnlyDictionary<string, string> SettingsOf(RestSession session, RestTableAnswer table)
    {
        Dictionary<string, string> settings = new(session.Settings.Properties, StringComparer.Ordinal);
        foreach ((string name, string value) in table.StorageSettings())
        {
            settings[name] = value;
        }

        return settings;
    }

    /// <summary>Asks for credentials where the server names a place for it or says that it has one; otherwise it loads the table once more.</summary>
    private static async ValueTask<IReadOnlyDictionary<string, string>> RefreshAsync(
        RestSession session, TableName name, RestTableAnswer table, CancellationToken cancellationToken)
    {
        string? named = table.StorageSettings().GetValueOrDefault(NamedEndpoint);
        if (named is not null || session.Answers(CredentialsEndpoint) is not false)
        {
            Uri place = named is not null ? session.Paths.Named(named) : session.Paths.Credentials(name);
            RestAnswer answer = await session.GetAsync(place, cancellationToken).ConfigureAwait(false);
            if (answer.IsDone)
            {
                return Vended(session, table, answer.Body, place);
            }

            // A server that says nothing of its calls may not know this one.
            if (named is not null || session.Answers(CredentialsEndpoint) is true || answer.Status is not (400 or 404 or 405 or 501))
            {
                throw RestErrors.Of(answer, $"There are no new credentials for the files of table '{name}'", "Grant the client the right to read and write the table.");
            }
        }

        RestAnswer loaded = await session.GetAsync(session.Paths.Table(name), cancellationToken, Delegation).ConfigureAwait(false);
        return loaded.IsDone
            ? SettingsOf(session, RestTableAnswer.Read(loaded.Body, $"{name} of {session.Settings.Uri}"))
            : throw RestErrors.Of(loaded, $"There are no new credentials for the files of table '{name}'", "Look whether the table is still there.");
    }

    private static IReadOnlyDictionary<string, string> Vended(RestSession session, RestTableAnswer table, ReadOnlyMemory<byte> body, Uri place)
    {
        try
        {
            return StorageCredential.Over(SettingsOf(session, table), RestTableAnswer.ReadCredentials(body), table.Metadata.Location);
        }
        catch (JsonException damage)
        {
            throw new SessionizeException($"The answer of '{place}' has no credentials: it is not one of an Iceberg REST catalog. Ask who runs the server.", damage);
        }
    }
}
