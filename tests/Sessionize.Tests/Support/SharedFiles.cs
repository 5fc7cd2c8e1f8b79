using Xunit;

namespace Sessionize.Tests.Support;

/// <summary>Finds the folder of semantics, cases and data that the tests share with other implementations.</summary>
public static class SharedFiles
{
    private const string FolderVariable = "SESSIONIZE_SHARED";
    private const string RequireVariable = "SESSIONIZE_REQUIRE_COMPONENTS";

    /// <summary>The path of a file or folder in the shared folder; skips the test where there is none.</summary>
    public static string Find(string relativePath)
    {
        if (Folder() is { } folder)
        {
            return Path.Combine(folder, relativePath);
        }

        string remedy = $"The shared folder of cases and data was not found: set {FolderVariable} to its path.";
        if (Environment.GetEnvironmentVariable(RequireVariable) == "1")
        {
            Assert.Fail(remedy);
        }

        Assert.Skip(remedy);
        return "";
    }

    private static string? Folder()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } given)
        {
            return given;
        }

        for (DirectoryInfo? place = new(AppContext.BaseDirectory); place is not null; place = place.Parent)
        {
            string candidate = Path.Combine(place.FullName, "shared");
            if (File.Exists(Path.Combine(candidate, "semantics.md")))
            {
                return candidate;
            }
        }

        return null;
    }
}
