using Sessionize.Storage;
using Xunit;

namespace Sessionize.Tests.Storage;

public sealed class FileLocationsTests
{
    [Theory]
    [InlineData("file:///a/b", "file")]
    [InlineData("FILE:/a", "file")]
    [InlineData("s3a://bucket/x", "s3a")]
    [InlineData("/a/b:c", null)]
    [InlineData("a/b", null)]
    [InlineData("C:\\data", null)]
    [InlineData("c:/data", null)]
    [InlineData("1a:/x", null)]
    [InlineData("a b:/x", null)]
    [InlineData("", null)]
    public void Scheme_Location_IsWhatStandsBeforeTheColon(string location, string? scheme) => Assert.Equal(scheme, FileLocations.Scheme(location));

    [Theory]
    [InlineData("/x/y", "file:///x/y")]
    [InlineData("file:/x/y", "file:///x/y")]
    [InlineData("file:///x/y", "file:///x/y")]
    [InlineData("file://localhost/x/y", "file:///x/y")]
    [InlineData("file:///x//y/../z", "file:///x/z")]
    [InlineData("file:///x%20y", "file:///x%20y")]
    [InlineData("s3a://b/x//y", "s3://b/x//y")]
    [InlineData("s3n://b/x", "s3://b/x")]
    [InlineData("S3://b/x", "s3://b/x")]
    [InlineData("gs://b/x", "gs://b/x")]
    public void Normalise_NamesOfOnePlace_AreOneText(string location, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Full paths begin with a drive there.");
        Assert.Equal(expected, FileLocations.Normalise(location));
    }

    [Theory]
    [InlineData("/x/", "file:///x")]
    [InlineData("file:///x//", "file:///x")]
    [InlineData("file:/x", "file:/x")]
    [InlineData("s3://bucket/", "s3://bucket")]
    public void Absolute_Location_IsAUriWithoutASlashAtTheEnd(string location, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Full paths begin with a drive there.");
        Assert.Equal(expected, FileLocations.Absolute(location));
    }

    [Fact]
    public void Absolute_RelativePath_BeginsInTheWorkingFolder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Full paths begin with a drive there.");
        Assert.Equal($"file://{Environment.CurrentDirectory}/warehouse", FileLocations.Absolute("warehouse"));
    }

    [Fact]
    public void Join_SlashAtTheEnd_IsNotDoubled()
    {
        Assert.Equal("s3://b/x", FileLocations.Join("s3://b", "x"));
        Assert.Equal("s3://b/x", FileLocations.Join("s3://b/", "x"));
        Assert.Equal("x", FileLocations.Name("s3://b/y/x"));
    }
}
