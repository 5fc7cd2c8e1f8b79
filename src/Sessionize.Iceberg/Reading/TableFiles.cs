using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Reading;

/// <summary>The metadata of a table, and the manifest lists, manifests and data files that it leads to. Safe for use by several threads.</summary>
internal sealed class TableFiles
{
    private readonly Lazy<NameMapping?> _mapping;

    /// <param name="table">The table as its catalog had it.</param>
    /// <exception cref="SessionizeException">It is of a format version that is not read.</exception>
    public TableFiles(CatalogTable table)
    {
        (Table, Name, Metadata, Storage) = (table, table.Name.ToString(), table.Metadata, table.Storage);
        MetadataLocation = table.MetadataLocation;
        if (Metadata.FormatVersion is not (1 or 2))
        {
            throw new SessionizeException(
                $"The table {Name} has the Iceberg format version {Metadata.FormatVersion}, and versions 1 and 2 are read: its deletion vectors and row lineage are not. Read it with another engine, or write a copy of version 2.");
        }

        _mapping = new Lazy<NameMapping?>(() => Metadata.Properties.TryGetValue(NameMapping.Property, out string? json) ? NameMapping.Parse(json) : null);
    }

    /// <summary>The table as its catalog had it.</summary>
    public CatalogTable Table { get; }

    /// <summary>What messages call the table.</summary>
    public string Name { get; }

    /// <summary>Where the metadata was read, if the catalog tells.</summary>
    public string? MetadataLocation { get; }

    /// <summary>What it says.</summary>
    public TableMetadata Metadata { get; }

    /// <summary>Reads its files.</summary>
    public IFileStorage Storage { get; }

    /// <summary>What files without field ids call the columns.</summary>
    /// <exception cref="InvalidDataException">The property is damaged.</exception>
    public NameMapping? Mapping => _mapping.Value;

    /// <summary>The manifests of a snapshot.</summary>
    /// <exception cref="SessionizeException">The list is missing or damaged, or of a kind that is not read.</exception>
    public async ValueTask<IReadOnlyList<ManifestFile>> ManifestsOfAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.ManifestList is not { } place)
        {
            throw new SessionizeException(
                $"The snapshot {snapshot.Id} of the table {Name} has no manifest list, as early writers of version 1 left it: let another engine commit to the table once, or read a later snapshot.");
        }

        return ManifestListReader.Read(await ReadAsync(place, "manifest list", cancellationToken).ConfigureAwait(false), place);
    }

    /// <summary>The files that a manifest lists.</summary>
    /// <exception cref="SessionizeException">It is missing or damaged.</exception>
    public async ValueTask<IReadOnlyList<ManifestEntry>> EntriesOfAsync(ManifestFile manifest, CancellationToken cancellationToken) =>
        ManifestReader.Read(await ReadAsync(manifest.Path, "manifest", cancellationToken).ConfigureAwait(false), manifest, Metadata);

    /// <summary>The spec of a manifest or file.</summary>
    /// <exception cref="SessionizeException">The table has none of that id.</exception>
    public PartitionSpec SpecOf(int specId) => Metadata.PartitionSpecs.FirstOrDefault(spec => spec.Id == specId)
        ?? throw new SessionizeException($"The table {Name} has files of partition spec {specId}, which its metadata does not have: it is damaged.");

    /// <summary>The newest type of a column, also of one that was dropped.</summary>
    public IcebergField? FieldOf(int fieldId) =>
        Metadata.CurrentSchema.Find(fieldId) ?? Metadata.Schemas.OrderByDescending(schema => schema.Id).Select(schema => schema.Find(fieldId)).FirstOrDefault(field => field is not null);

    /// <summary>The type of a partition field's values; <see langword="null"/>, if it is not known.</summary>
    public PrimitiveType? TypeOf(PartitionField field) =>
        field.Transform.Kind is not (TransformKind.Unknown or TransformKind.Void) && FieldOf(field.SourceId)?.Type is PrimitiveType source
            ? TransformValues.ResultType(field.Transform, source) as PrimitiveType
            : null;

    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(string place, string what, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? bytes = await Storage.TryReadAsync(place, cancellationToken).ConfigureAwait(false);
        return bytes ?? throw new SessionizeException($"The {what} '{place}' of the table {Name} is missing: restore it, or roll the table back to a snapshot that is whole.");
    }
}
