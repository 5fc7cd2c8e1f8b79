using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Reading;

/// <summary>Names types as Iceberg's documentation does.</summary>
internal static class TypeText
{
    /// <summary>The name of a type, its parts included.</summary>
    public static string Of(IcebergType type) => type switch
    {
        ListType list => $"list<{Of(list.Element)}>",
        MapType map => $"map<{Of(map.Key)}, {Of(map.Value)}>",
        StructType group => $"struct<{string.Join(", ", group.Fields.Select(field => $"{field.Name}: {Of(field.Type)}"))}>",
        _ => type.ToString(),
    };
}
