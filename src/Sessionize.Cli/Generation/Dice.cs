namespace Sessionize.Cli.Generation;

/// <summary>Random numbers that are the same for a seed on every machine and every version of .NET (SplitMix64).</summary>
internal sealed class Dice
{
    private ulong _state;

    /// <summary>One of many independent dice of one seed.</summary>
    public Dice(ulong seed, long number)
    {
        _state = seed;
        _state = Next() + (ulong)number;
        _state = Next();
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>From 0, inclusive, to 1, exclusive.</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double share) => Share() < share;

    /// <summary>From one number, inclusive, to another, exclusive.</summary>
    public long Between(long from, long to) => from + (long)(Share() * (to - from));

    /// <summary>Times between things that happen by chance: mostly short, now and then long.</summary>
    public double Exponential(double mean) => -Math.Log(1 - Share()) * mean;

    public T Choose<T>(params ReadOnlySpan<T> choices) => choices[(int)Between(0, choices.Length)];
}
