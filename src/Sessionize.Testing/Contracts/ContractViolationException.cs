namespace Sessionize.Testing.Contracts;

/// <summary>A sink or store breaks a rule of its contract.</summary>
/// <param name="check">The rule.</param>
/// <param name="expected">What the rule asks for.</param>
/// <param name="found">What was found.</param>
/// <param name="innerException">What was thrown, when that is what was found.</param>
public sealed class ContractViolationException(string check, string expected, string found, Exception? innerException = null)
    : Exception($"The contract is broken. {check}{Environment.NewLine}  expected: {expected}{Environment.NewLine}  found:    {found}", innerException)
{
    /// <summary>The rule that is broken.</summary>
    public string Check => check;

    /// <summary>What the rule asks for.</summary>
    public string Expected => expected;

    /// <summary>What was found.</summary>
    public string Found => found;
}
