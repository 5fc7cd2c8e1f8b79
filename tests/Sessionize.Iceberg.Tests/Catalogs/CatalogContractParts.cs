using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Tests.Catalogs;

/// <summary>Small tables and changes for tests of catalogs.</summary>
internal static class CatalogContractParts
{
    public static TableCreation Creation(params (string Name, string Value)[] properties) => new(
        new IcebergSchema(0,
        [
            new IcebergField(1, "uuid", new PrimitiveType(PrimitiveKind.String), IsRequired: true),
            new IcebergField(2, "at", new PrimitiveType(PrimitiveKind.TimestampTz), IsRequired: true),
        ]),
        new PartitionSpec(0, [new PartitionField(2, 1000, "at_day", new Transform(TransformKind.Day))]),
        new SortOrder(1, [new SortField(1, new Transform(TransformKind.Identity), IsDescending: false, NullsFirst: true)]),
        properties.ToDictionary(property => property.Name, property => property.Value));

    public static TableUpdate.SetProperties Properties(string name, string value) => new(new Dictionary<string, string> { [name] = value });
}
