using System.Collections.Concurrent;
using System.Text.Json;
using Sessionize.Iceberg.Metadata;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>A catalog behind Iceberg's REST interface: the server keeps the metadata, and changes it; this program writes all other files.</summary>
/// <remarks>Nothing is connected to before the first call. What the server says of itself is asked once.</remarks>
internal sealed class RestCatalog : IIcebergCatalog
{
    private readonly RestSettings _settings;
    private readonly TimeProvider _clock;
    private readonly RestTransport _transport;
    private readonly RestTableStorages _storages;
    private readonly SemaphoreSlim _opening = new(1);
    private readonly List<RestTokenSource> _tokens = [];
    private readonly ConcurrentDictionary<TableName, RestSession> _sessionsOfTables = new();
    private volatile RestSession? _session;

    private RestCatalog(RestSettings settings, IReadOnlyList<IFileStorageFactory> storages, TimeProvider clock)
    {
        (_settings, _clock) = (settings, clock);
        _transport = new RestTransport(settings, clock);
        _storages = new RestTableStorages(storages);
    }

    /// <inheritdoc/>
    public string Description => _settings.Warehouse is { } warehouse ? $"REST catalog '{_settings.Uri}', warehouse '{warehouse}'" : $"REST catalog '{_settings.Uri}'";

    /// <summary>The catalog that options name.</summary>
    /// <param name="options">Its address, its settings, and the storages of its tables. The default of the warehouse is not sent.</param>
    /// <param name="clock">Measures time limits, and when tokens expire.</param>
    /// <exception cref="ArgumentException">A setting is missing, or has a value that cannot be used.</exception>
    public static RestCatalog Create(IcebergTableOptions options, TimeProvider clock)
    {
        Dictionary<string, string> properties = new(options.CatalogProperties, StringComparer.Ordinal);
        if (options.CatalogUri is { } uri)
        {
            properties["uri"] = uri;
        }

        // The default is a folder's name, which no server knows.
        if (options.Warehouse != new IcebergTableOptions().Warehouse)
        {
            properties.TryAdd("warehouse", options.Warehouse);
        }

        return new RestCatalog(new RestSettings(properties), [.. options.Storages], clock);
    }

    /// <inheritdoc/>
    public ValueTask PrepareWritingAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask<CatalogTable?> LoadAsync(TableName name, CancellationToken cancellationToken)
    {
        RestSession session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        RestAnswer answer = await session.GetAsync(session.Paths.Table(name), cancellationToken, RestTableStorages.Delegation).ConfigureAwait(false);
        return answer.IsDone ? Table(session, name, answer)
            : IsMissing(answer) ? null
            : throw RestErrors.Of(answer, $"The table '{name}' cannot be loaded from the {Description}", Remedy(answer, "read the table"));
    }

    /// <inheritdoc/>
    public async ValueTask<CatalogTable?> CreateAsync(TableName name, TableCreation creation, CancellationToken cancellationToken)
    {
        RestSession session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        byte[] body = TableChangesJson.WriteCreate(name, creation);
        RestAnswer answer = await session.PostAsync(session.Paths.Tables(name), body, cancellationToken, RestTableStorages.Delegation).ConfigureAwait(false);
        if (IsMissing(answer))
        {
            await CreateNamespaceAsync(session, name, cancellationToken).ConfigureAwait(false);
            answer = await session.PostAsync(session.Paths.Tables(name), body, cancellationToken, RestTableStorages.Delegation).ConfigureAwait(false);
        }

        return answer.IsDone ? Table(session, name, answer)
            : answer.Status == 409 ? null
            : throw RestErrors.Of(answer, $"The table '{name}' cannot be created in the {Description}", Remedy(answer, "create tables"));
    }

    /// <inheritdoc/>
    public async ValueTask<CatalogCommit> CommitAsync(
        CatalogTable table, IReadOnlyList<TableRequirement> requirements, IReadOnlyList<TableUpdate> updates, CancellationToken cancellationToken)
    {
        RestAnswer answer;
        try
        {
            RestSession session = await OpenAsync(cancellationToken).ConfigureAwait(false);
            session = _sessionsOfTables.GetValueOrDefault(table.Name, session);
            answer = await session.PostAsync(
                session.Paths.Table(table.Name), TableChangesJson.WriteCommit(table.Name, requirements, updates), cancellationToken).ConfigureAwait(false);
        }
        catch (SessionizeException failure)
        {
            // What is sent and lost is an answer, too; so this is a configuration or a token that the catalog did not give, or that it refused.
            return CatalogCommit.NotSent(failure);
        }

        string what = $"The commit to table '{table.Name}' in the {Description}";
        if (answer.IsDone)
        {
            RestTableAnswer changed = Read(answer, table.Name, $"{what} was made");
            return new CatalogCommit(
                CatalogCommitOutcome.Committed, table with { MetadataLocation = changed.MetadataLocation, Metadata = changed.Metadata });
        }

        return answer.IsUnknown
            ? throw RestErrors.Of(answer, $"{what} may have been made or not", "")
            : new CatalogCommit(
                answer.Status == 409 || (answer.IsNotDoneYet && answer.IsTransient) ? CatalogCommitOutcome.Conflict : CatalogCommitOutcome.Refused,
                null,
                RestErrors.Of(answer, $"{what} was not made", answer.Status == 409 ? "Load the table and try again." : Remedy(answer, "change the table")).Message);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _storages.DisposeAsync().ConfigureAwait(false);
        foreach (RestTokenSource tokens in _tokens)
        {
            tokens.Dispose();
        }

        _transport.Dispose();
        _opening.Dispose();
    }

    // Only a server's own word says that something is not there: a page of a proxy does not.
    private static bool IsMissing(RestAnswer answer) => answer.Status == 404 && RestErrors.TypeOf(answer) is not null;

    private static string Remedy(RestAnswer answer, string right) => answer.Status switch
    {
        401 or 419 => "Set the catalog property 'credential' to the client's id and secret (id:secret), or 'token' to a token that has not expired.",
        403 => $"Grant the client the right to {right}.",
        404 => "Look whether the catalog's address and the property 'warehouse' are right.",
        _ => "Change what the server does not take.",
    };

    private async ValueTask CreateNamespaceAsync(RestSession session, TableName name, CancellationToken cancellationToken)
    {
        // The whole one first: who may create in a namespace may not see those above it.
        int all = name.Namespace.Count;
        if (await TryCreateNamespaceAsync(session, name, all, isMissingFine: all > 1, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        for (int levels = 1; levels <= all; levels++)
        {
            await TryCreateNamespaceAsync(session, name, levels, isMissingFine: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> TryCreateNamespaceAsync(
        RestSession session, TableName name, int levels, bool isMissingFine, CancellationToken cancellationToken)
    {
        string[] created = [.. name.Namespace.Take(levels)];
        RestAnswer answer = await session.PostAsync(session.Paths.Namespaces(), RestJson.WriteNamespace(created), cancellationToken).ConfigureAwait(false);
        return answer.IsDone || answer.Status == 409
            || (isMissingFine && IsMissing(answer)
                ? false
                : throw RestErrors.Of(
                    answer,
                    $"The namespace '{string.Join('.', created)}' cannot be created in the {Description}",
                    Remedy(answer, "create namespaces, or create it by other means")));
    }

    private CatalogTable Table(RestSession session, TableName name, RestAnswer answer)
    {
        RestTableAnswer table = Read(answer, name, $"The table '{name}' of the {Description} cannot be read");
        if (table.Config.TryGetValue("token", out string? token))
        {
            _sessionsOfTables.AddOrUpdate(
                name, _ => SessionWith(session, token), (_, known) => known.Settings.Token == token ? known : SessionWith(session, token));
        }
        else
        {
            _sessionsOfTables.TryRemove(name, out _);
        }

        return new CatalogTable(name, table.MetadataLocation, table.Metadata, _storages.Of(() => _sessionsOfTables.GetValueOrDefault(name, session), name, table));
    }

    /// <summary>Calls about one table, for which the server gave a token of its own. When it is refused, the catalog's own credential gets another.</summary>
    private RestSession SessionWith(RestSession session, string token)
    {
        RestSettings settings = session.Settings.WithToken(token);
        return session.With(settings, Tokens(settings));
    }

    private RestTableAnswer Read(RestAnswer answer, TableName name, string what)
    {
        try
        {
            return RestTableAnswer.Read(answer.Body, $"of '{name}' in the {Description}");
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException)
        {
            throw new SessionizeException($"{what}, but the answer is not one of an Iceberg REST catalog: {damage.Message} Look what stands between here and the server.", damage, isTransient: true);
        }
    }

    private async ValueTask<RestSession> OpenAsync(CancellationToken cancellationToken)
    {
        if (_session is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _session ??= await ConfigureAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    private async ValueTask<RestSession> ConfigureAsync(CancellationToken cancellationToken)
    {
        RestTokenSource tokens = Tokens(_settings);
        Uri place = RestPaths.Configuration(_settings);
        RestConfiguration nothing = new(new Dictionary<string, string>(), new Dictionary<string, string>(), null, TakesIdempotencyKeys: false);
        RestAnswer answer = await new RestSession(_transport, tokens, _settings, nothing, _clock).GetAsync(place, cancellationToken).ConfigureAwait(false);
        if (!answer.IsDone)
        {
            throw RestErrors.Of(answer, $"The {Description} cannot be opened", Remedy(answer, "use the catalog"));
        }

        try
        {
            RestConfiguration configuration = RestConfiguration.Read(answer.Body);
            RestSettings settings = _settings.With(configuration);
            return new RestSession(_transport, settings.HasSameIdentity(_settings) ? tokens : Tokens(settings), settings, configuration, _clock);
        }
        catch (JsonException damage)
        {
            throw new SessionizeException(
                $"'{place}' does not answer as an Iceberg REST catalog does: {damage.Message} Set the catalog's address to what stands before /v1, such as http://localhost:8181.", damage);
        }
        catch (ArgumentException unusable)
        {
            throw new SessionizeException($"The {Description} gives a setting that cannot be used. {unusable.Message}", unusable);
        }
    }

    private RestTokenSource Tokens(RestSettings settings)
    {
        RestTokenSource tokens = new(_transport, settings, _clock);
        lock (_tokens)
        {
            _tokens.Add(tokens);
        }

        return tokens;
    }
}
