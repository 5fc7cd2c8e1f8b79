using Sessionize.Iceberg.Catalogs;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

public sealed class TableNameTests
{
    [Fact]
    public void Parse_SeveralLevels_LastIsTheName()
    {
        TableName name = TableName.Parse("a.b.t");
        Assert.Equal(new TableName(["a", "b"], "t"), name);
        Assert.Equal("a.b.t", name.ToString());
    }

    [Theory]
    [InlineData("t")]
    [InlineData("a..t")]
    [InlineData("a.")]
    [InlineData(".t")]
    [InlineData("a/b.t")]
    public void Parse_NoNamespaceOrEmptyPart_IsRefused(string name) =>
        Assert.Contains($"'{name}'", Assert.Throws<ArgumentException>(() => TableName.Parse(name)).Message, StringComparison.Ordinal);
}
