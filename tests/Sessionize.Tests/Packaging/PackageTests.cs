using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Sessionize.Tests.Packaging;

/// <summary>Looks at the packed packages; <c>.ci/run</c> packs them, twice, before it runs the tests.</summary>
public sealed partial class PackageTests
{
    private const string FolderVariable = "SESSIONIZE_PACKAGES";
    private const string AgainVariable = "SESSIONIZE_PACKAGES_AGAIN";

    public static TheoryData<string> Ids => ["Sessionize", "Sessionize.Testing", "Sessionize.Parquet", "Sessionize.Iceberg", "Sessionize.Kafka", "Sessionize.S3", "Sessionize.Cli"];

    [Fact]
    public void Folder_Packages_AreTheExpectedOnes() => Assert.Equal(
        Ids.Select(id => id.Data).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Folder(FolderVariable), "*.nupkg").Select(IdOf).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Package_Metadata_HasLicenceReadmeAndCommit(string id)
    {
        using ZipArchive package = Open(FolderVariable, id, "nupkg");

        XElement metadata = Nuspec(package);
        XElement license = Child(metadata, "license");
        Assert.Equal(("expression", "MIT"), (license.Attribute("type")?.Value, license.Value));
        Assert.NotEqual(0, Assert.Single(package.Entries, entry => entry.FullName == Child(metadata, "readme").Value).Length);
        Assert.Matches("^[0-9a-f]{40}$", Child(metadata, "repository").Attribute("commit")?.Value);
        Assert.NotEmpty(Child(metadata, "description").Value);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Package_Assemblies_HaveSymbolsAndDocumentation(string id)
    {
        using ZipArchive package = Open(FolderVariable, id, "nupkg");
        using ZipArchive symbols = Open(FolderVariable, id, "snupkg");

        string[] own = [.. OwnAssemblies(package).Keys];
        Assert.NotEmpty(own);
        Assert.All(own, path => Assert.Contains(symbols.Entries, entry => entry.FullName == Path.ChangeExtension(path, "pdb")));
        Assert.All(own, path => Assert.Contains(package.Entries, entry => entry.FullName == Path.ChangeExtension(path, "xml")));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Package_PackedAgainFromACopy_HasTheSameAssemblies(string id)
    {
        using ZipArchive first = Open(FolderVariable, id, "nupkg");
        using ZipArchive second = Open(AgainVariable, id, "nupkg");

        Assert.Equal(OwnAssemblies(first), OwnAssemblies(second));
    }

    private static SortedDictionary<string, string> OwnAssemblies(ZipArchive package)
    {
        SortedDictionary<string, string> hashes = new(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in package.Entries.Where(entry => OwnAssembly().IsMatch(entry.Name)))
        {
            using Stream content = entry.Open();
            hashes.Add(entry.FullName, Convert.ToHexString(SHA256.HashData(content)));
        }

        return hashes;
    }

    private static XElement Nuspec(ZipArchive package)
    {
        using Stream content = Assert.Single(package.Entries, entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(content).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    private static XElement Child(XElement metadata, string name) => Assert.Single(metadata.Elements(), element => element.Name.LocalName == name);

    private static ZipArchive Open(string variable, string id, string ending) => ZipFile.OpenRead(
        Assert.Single(Directory.EnumerateFiles(Folder(variable), $"*.{ending}"), file => IdOf(file) == id));

    private static string IdOf(string file) => Version().Replace(Path.GetFileName(file), "");

    private static string Folder(string variable)
    {
        string? folder = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"No packages to look at: set {variable} to a folder of packed packages, as .ci/run does.");
        return folder!;
    }

    [GeneratedRegex(@"\.\d+\.\d+\.\d+.*$")]
    private static partial Regex Version();

    [GeneratedRegex(@"^sessionize.*\.dll$", RegexOptions.IgnoreCase)]
    private static partial Regex OwnAssembly();
}
