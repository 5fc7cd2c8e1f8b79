namespace Sessionize.Testing.Contracts;

/// <summary>What a check found is not what it expected.</summary>
internal sealed class UnexpectedException(string expected, string found) : Exception($"Expected {expected}, found {found}.")
{
    public string Expected => expected;

    public string Found => found;

    public static void ThrowUnless(bool holds, string expected, string found)
    {
        if (!holds)
        {
            throw new UnexpectedException(expected, found);
        }
    }
}
