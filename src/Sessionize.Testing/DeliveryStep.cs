using System.Globalization;

namespace Sessionize.Testing;

/// <summary>One step of a <see cref="DeliveryScript"/>.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Number">How many events, which step of the commit, or which lane; else 0.</param>
public readonly record struct DeliveryStep(DeliveryStepKind Kind, int Number = 0)
{
    /// <summary>The step as it is printed: <c>Send 3</c>, <c>Commit</c>.</summary>
    /// <returns>The step.</returns>
    public override string ToString() => Kind is DeliveryStepKind.Commit or DeliveryStepKind.Crash
        ? Kind.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{Kind} {Number}");
}
