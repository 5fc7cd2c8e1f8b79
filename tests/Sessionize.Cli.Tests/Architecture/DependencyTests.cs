using System.Reflection;
using Sessionize.Iceberg;
using Sessionize.Parquet;
using Sessionize.S3;
using Xunit;

namespace Sessionize.Cli.Tests.Architecture;

/// <summary>Which package may use which: the tool has them all. A reference of an assembly stands for a use; unused ones are not written.</summary>
public sealed class DependencyTests
{
    private static readonly string[] s_bannedSuffixes = ["Helper", "Helpers", "Util", "Utils", "Utility", "Manager", "Impl", "Common", "Base"];

    private static readonly Assembly s_core = typeof(Session).Assembly;
    private static readonly Assembly s_parquet = typeof(ParquetSessionSink).Assembly;
    private static readonly Assembly s_iceberg = typeof(IcebergSessionSink).Assembly;
    private static readonly Assembly s_s3 = typeof(S3FileStorage).Assembly;

    public static TheoryData<Assembly> Packages => [s_core, s_parquet, s_iceberg, s_s3, typeof(Tool).Assembly];

    [Fact]
    public void Iceberg_Uses_CoreAndParquet() => Assert.Equal(["Sessionize", "Sessionize.Parquet"], OwnReferences(s_iceberg));

    [Fact]
    public void S3_Uses_CoreOnly() => Assert.Equal(["Sessionize"], OwnReferences(s_s3));

    [Fact]
    public void Parquet_Uses_CoreOnly() => Assert.Equal(["Sessionize"], OwnReferences(s_parquet));

    [Fact]
    public void Core_Uses_NoneOfThem() => Assert.Empty(OwnReferences(s_core));

    [Fact]
    public void ObjectStores_AreKnownToS3Alone()
    {
        Assert.Contains(s_s3.GetReferencedAssemblies(), IsAmazon);
        Assert.All((Assembly[])[s_core, s_parquet, s_iceberg, typeof(Tool).Assembly], assembly => Assert.DoesNotContain(assembly.GetReferencedAssemblies(), IsAmazon));
    }

    [Fact]
    public void Databases_AreKnownToIcebergAlone()
    {
        Assert.Equal(2, s_iceberg.GetReferencedAssemblies().Count(IsDatabase));
        Assert.All((Assembly[])[s_core, s_parquet, s_s3, typeof(Tool).Assembly], assembly => Assert.DoesNotContain(assembly.GetReferencedAssemblies(), IsDatabase));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Types_Names_HaveNoSuffixThatSaysNothing(Assembly package)
    {
        ArgumentNullException.ThrowIfNull(package);
        Assert.All(
            package.GetTypes(), type => Assert.DoesNotContain(s_bannedSuffixes, suffix => type.Name.Split('`')[0].EndsWith(suffix, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> OwnReferences(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!)
        .Where(name => name.StartsWith("Sessionize", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);

    private static bool IsAmazon(AssemblyName name) =>
        name.Name!.StartsWith("AWSSDK", StringComparison.Ordinal) || name.Name.StartsWith("Amazon", StringComparison.Ordinal);

    private static bool IsDatabase(AssemblyName name) => name.Name is "Npgsql" or "Microsoft.Data.Sqlite";
}
