using System.Globalization;
using System.Text;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Writing;

/// <summary>Names a table's data files, where its properties want them, as Iceberg's library does. Immutable.</summary>
internal sealed class DataFileLocations
{
    // What file systems take as a name, less some room.
    private const int MostNameLength = 200;
    private const int HashBits = 20;
    private const int FolderBits = 4;
    private const int HashFolders = 3;

    private readonly PartitionSpec _spec;
    private readonly IcebergSchema _schema;
    private readonly string _prefix;
    private readonly string _folder;
    private readonly bool _isHashed;
    private readonly bool _hasPartition;

    /// <param name="table">The table.</param>
    /// <param name="prefix">The beginning of all names; nobody else's, ever.</param>
    /// <exception cref="SessionizeException">A property of the table makes no sense.</exception>
    public DataFileLocations(TableMetadata table, string prefix)
    {
        _spec = table.DefaultSpec;
        _schema = table.CurrentSchema;
        _prefix = prefix;
        TableProperties properties = new(table);
        _isHashed = properties.Boolean("write.object-storage.enabled", whereNone: false);
        _hasPartition = !_isHashed || properties.Boolean("write.object-storage.partitioned-paths", whereNone: true);
        _folder = properties.Location("write.data.path")
            ?? (_isHashed ? properties.Location("write.object-storage.path") : null)
            ?? properties.Location("write.folder-storage.path")
            ?? FileLocations.Join(table.Location, "data");
    }

    /// <summary>The location of a file.</summary>
    /// <param name="partition">The partition of its rows.</param>
    /// <param name="number">Its number in the commit.</param>
    public string Of(PartitionKey partition, int number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{_prefix}-{number:00000}.parquet");
        string path = PartitionPath.Of(_spec, _schema, partition);
        string below = path.Length == 0 || !_hasPartition ? name : $"{string.Join('/', path.Split('/').Select(Shorten))}/{name}";
        return FileLocations.Join(_folder, _isHashed ? $"{HashPath(below)}/{below}" : below);
    }

    /// <summary>A folder's name that file systems take. Readers get partition values from manifests, never from names.</summary>
    private static string Shorten(string name)
    {
        if (name.Length <= MostNameLength)
        {
            return name;
        }

        // An escape is not cut in two.
        int end = MostNameLength;
        int escape = name.LastIndexOf('%', end - 1, 2);
        string hash = IcebergHash.Of(Encoding.UTF8.GetBytes(name)).ToString("x8", CultureInfo.InvariantCulture);
        return $"{name[..(escape < 0 ? end : escape)]}-{hash}";
    }

    /// <summary>Folders by hash, so that an object store spreads the files over its servers: <c>0110/1010/0011/11101000</c>.</summary>
    private static string HashPath(string name)
    {
        string bits = ((uint)IcebergHash.Of(Encoding.UTF8.GetBytes(name)) & ((1u << HashBits) - 1)).ToString("b20", CultureInfo.InvariantCulture);
        StringBuilder path = new();
        for (int i = 0; i < HashFolders; i++)
        {
            path.Append(bits, i * FolderBits, FolderBits).Append('/');
        }

        return path.Append(bits, HashFolders * FolderBits, HashBits - (HashFolders * FolderBits)).ToString();
    }
}
