using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Writing;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>Tables that were just created, in whatever shape.</summary>
internal static class TrialTable
{
    public static IReadOnlyDictionary<string, string> NoProperties { get; } = new Dictionary<string, string>();

    /// <summary>Makes a table of which nothing is stored.</summary>
    public static CatalogTable Create(
        IFileStorage storage, IcebergSchema? schema = null, PartitionSpec? spec = null, SortOrder? order = null,
        IReadOnlyDictionary<string, string>? properties = null, string location = "memory://warehouse/t")
    {
        TableCreation creation = new(
            schema ?? SessionTableSchema.New(), spec ?? PartitionSpec.Unpartitioned, order ?? SortOrder.Unsorted, properties ?? NoProperties);
        TableMetadata metadata = TableMetadataChanges.Create(creation, location, "0b5f7a4e-1c1d-4b0e-9a3e-2f3c4d5e6f70", nowMs: 0);
        return new CatalogTable(TableName.Parse("sessions.t"), MetadataLocation: null, metadata, storage);
    }

    /// <summary>Makes a spec: columns with transforms, such as <c>bucket[16]</c>.</summary>
    public static PartitionSpec Spec(IcebergSchema schema, params (string Column, string Transform)[] fields) => new(
        0, [.. fields.Select((field, i) => new PartitionField(schema.Find(field.Column)!.Id, 1000 + i, $"{field.Column}_{i}", Transform.Parse(field.Transform)))]);

    /// <summary>Makes an order, ascending, nulls first.</summary>
    public static SortOrder Order(IcebergSchema schema, params string[] columns) =>
        new(1, [.. columns.Select(column => new SortField(schema.Find(column)!.Id, new Transform(TransformKind.Identity), IsDescending: false, NullsFirst: true))]);
}
