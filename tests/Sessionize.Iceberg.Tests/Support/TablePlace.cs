namespace Sessionize.Iceberg.Tests.Support;

/// <summary>A place for one table that no other test has.</summary>
/// <param name="Options">How our own programs find it; each call makes a new object.</param>
/// <param name="Address">How others do.</param>
public sealed record TablePlace(Func<IcebergTableOptions> Options, TableAddress Address)
{
    /// <summary>The same, with other settings.</summary>
    public TablePlace With(Action<IcebergTableOptions> change) => this with
    {
        Options = () =>
        {
            IcebergTableOptions options = Options();
            change(options);
            return options;
        },
    };

    /// <summary>The command line of a racer for this place.</summary>
    public IEnumerable<string> RacerArguments()
    {
        IcebergTableOptions options = Options();
        yield return $"name={options.Name}";
        yield return $"warehouse={options.Warehouse}";
        yield return $"catalog={options.Catalog}";
        if (options.CatalogUri is { } uri)
        {
            yield return $"uri={uri}";
        }

        foreach ((string name, string value) in options.CatalogProperties)
        {
            yield return $"property.{name}={value}";
        }
    }
}
