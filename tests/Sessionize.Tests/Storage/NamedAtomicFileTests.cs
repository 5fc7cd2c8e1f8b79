using Sessionize.Storage;
using Xunit;

namespace Sessionize.Tests.Storage;

/// <summary>Files with a temporary name, which is the way where the file system has none without a name.</summary>
public sealed class NamedAtomicFileTests() : AtomicFileTests(mayBeNameless: false)
{
    [Fact]
    public async Task Create_BeforeCompleting_LiesBesideTheTargetUnderAnotherName()
    {
        await using AtomicFile file = Create(Folder.File("out.ndjson"), overwrite: false);
        Assert.Matches(@"^\.sessionize-[0-9a-f]{32}\.tmp$", Assert.Single(Folder.Names()));
    }
}
