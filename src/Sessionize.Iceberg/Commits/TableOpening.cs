using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Writing;
using Sessionize.Sinks;

namespace Sessionize.Iceberg.Commits;

/// <summary>Opens the table that takes sessions: creates it, or adds the columns that it lacks, where that is allowed.</summary>
internal sealed class TableOpening(IIcebergCatalog catalog, TableName name, IcebergTableOptions options, TimeProvider clock)
{
    /// <summary>What a created table gets: the original's settings, but for more retries, since many processes commit to one table.</summary>
    private static readonly KeyValuePair<string, string>[] s_properties =
    [
        new("write.format.default", "parquet"),
        new("write.parquet.compression-codec", "zstd"),
        new("write.target-file-size-bytes", "134217728"),
        new("write.distribution-mode", "hash"),
        new("write.metadata.delete-after-commit.enabled", "true"),
        new("write.metadata.previous-versions-max", "100"),
        new("read.split.target-size", "134217728"),
        new("commit.retry.num-retries", "20"),
        new("commit.retry.min-wait-ms", "100"),
        new("commit.retry.max-wait-ms", "60000"),
        new("history.expire.max-snapshot-age-ms", "432000000"),
    ];

    /// <summary>Opens the table.</summary>
    /// <exception cref="SessionizeException">There is none and it is not to be created, or it cannot take sessions.</exception>
    public async ValueTask<CatalogTable> OpenAsync(CancellationToken cancellationToken)
    {
        await catalog.PrepareWritingAsync(cancellationToken).ConfigureAwait(false);
        CatalogTable table = await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false) ?? await CreateAsync(cancellationToken).ConfigureAwait(false);
        CommitRetries retries = new(new TableProperties(table.Metadata), clock);
        while (true)
        {
            TableMapping mapping = SessionTableSchema.Match(table.Metadata, options.EvolveSchema);
            if (mapping.Missing.Count == 0 || !options.EvolveSchema)
            {
                return table;
            }

            SchemaEvolution evolution = SessionTableSchema.AddMissing(table.Metadata, mapping);
            if (await TryAsync(table, evolution, cancellationToken).ConfigureAwait(false) is not { } outcome)
            {
                // Unknown: the table tells whether it has the columns now.
                table = await retries.RunAsync(() => LoadAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
                continue;
            }

            bool isMade = outcome.Outcome == CatalogCommitOutcome.Committed;
            if (!isMade && (outcome.Outcome == CatalogCommitOutcome.Refused || outcome.Failure is { IsTransient: false } || !retries.MayGoOn))
            {
                throw new SessionizeException(
                    $"The columns {string.Join(", ", mapping.Missing.Select(column => SessionColumns.Names[(int)column]))} cannot be added to {name}: {outcome.Reason} Add them by other means, or leave EvolveSchema out.",
                    outcome.Failure);
            }

            if (!isMade)
            {
                await retries.PauseAsync(cancellationToken).ConfigureAwait(false);
            }

            table = outcome.Table ?? await LoadAsync(cancellationToken).ConfigureAwait(false);
        }

        async ValueTask<CatalogCommit?> TryAsync(CatalogTable table, SchemaEvolution evolution, CancellationToken cancellationToken)
        {
            try
            {
                return await catalog.CommitAsync(table, evolution.Requirements, evolution.Updates, cancellationToken).ConfigureAwait(false);
            }
            catch (SessionizeException failure) when (failure.IsTransient && retries.MayGoOn)
            {
                await retries.PauseAsync(cancellationToken).ConfigureAwait(false);
                return null;
            }
        }
    }

    private async ValueTask<CatalogTable> CreateAsync(CancellationToken cancellationToken)
    {
        if (!options.EnsureTable)
        {
            throw new SessionizeException($"There is no table {name} in {catalog.Description}. Create it, let it be created (EnsureTable), or name another.");
        }

        IcebergSchema schema = SessionTableSchema.New();
        Dictionary<string, string> properties = new(s_properties, StringComparer.Ordinal);
        foreach ((string key, string value) in options.TableProperties)
        {
            properties[key] = value;
        }

        TableCreation creation = new(schema, PartitionSpecText.Parse(options.PartitionBy, schema), SortOrderText.Parse(options.SortBy, schema), properties);

        // Of several processes that create it at once, one does.
        return await catalog.CreateAsync(name, creation, cancellationToken).ConfigureAwait(false) ?? await LoadAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<CatalogTable> LoadAsync(CancellationToken cancellationToken) =>
        await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw new SessionizeException($"The table {name} has just gone from {catalog.Description}: somebody drops it meanwhile. Run it again.", isTransient: true);
}
