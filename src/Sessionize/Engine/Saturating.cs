namespace Sessionize.Engine;

/// <summary>Sums of times that stop at the ends of <see cref="long"/>: a watermark that is not known yet is <see cref="long.MinValue"/>.</summary>
internal static class Saturating
{
    public static long Add(long time, long amount)
    {
        long sum = unchecked(time + amount);
        return amount >= 0
            ? sum < time ? long.MaxValue : time == long.MinValue ? long.MinValue : sum
            : sum > time || time == long.MinValue ? long.MinValue : sum;
    }
}
