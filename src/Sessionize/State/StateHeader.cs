namespace Sessionize.State;

/// <summary>What stands before the visits in a part of a lane's state.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="IsDelta">Whether the part holds what changed since the one before it.</param>
/// <param name="Fingerprint">What the state was made with.</param>
/// <param name="Partitions">How far each partition was read.</param>
/// <param name="HighestEventMs">The highest event time.</param>
/// <param name="LeastFloorMs">T + 1 of the last close-all.</param>
/// <param name="Watermark">The lane's watermark.</param>
internal sealed record StateHeader(
    LaneId Lane,
    bool IsDelta,
    StateFingerprint Fingerprint,
    IReadOnlyList<StateHeader.Partition> Partitions,
    long? HighestEventMs,
    long LeastFloorMs,
    long Watermark)
{
    /// <summary>The format that is written; one version back is read, once there is one.</summary>
    public const int FormatVersion = 1;

    public static ReadOnlySpan<byte> Magic => "SZLANE\r\n"u8;

    public void Write(StateWriter writer)
    {
        writer.WriteMagic(Magic, FormatVersion);
        writer.WriteNumber(Lane.Number);
        writer.WriteNumber(IsDelta ? 1 : 0);
        writer.WriteNumber(Fingerprint.Kernel);
        writer.WriteString(Fingerprint.Ids);
        writer.WriteStrings(Fingerprint.Rules);
        writer.WriteStrings(Fingerprint.Parameters);
        writer.WriteStrings(Fingerprint.Fields);
        writer.WriteNumber(Partitions.Count);
        foreach (Partition partition in Partitions)
        {
            writer.WriteString(partition.Name);
            writer.WriteNumber(partition.Order);
            writer.WriteNumber(partition.Next);
            writer.WriteNumber(partition.ReplayFrom);
            writer.WriteNumber(partition.Watermark);
        }

        writer.WriteNumber(HighestEventMs is null ? 0 : 1);
        writer.WriteNumber(HighestEventMs ?? 0);
        writer.WriteNumber(LeastFloorMs);
        writer.WriteNumber(Watermark);
        writer.EndBlock();
    }

    public static StateHeader Read(ref StateReader reader)
    {
        if (reader.FormatVersion != FormatVersion)
        {
            throw new InvalidDataException(
                $"it has the format version {reader.FormatVersion}, and this version of the library reads {FormatVersion}");
        }

        if (!reader.NextBlock())
        {
            throw new InvalidDataException("it has no header");
        }

        LaneId lane = new((int)reader.ReadNumber());
        bool isDelta = reader.ReadNumber() == 1;
        StateFingerprint fingerprint = new(
            (int)reader.ReadNumber(), reader.ReadString(), reader.ReadStrings(), reader.ReadStrings(), reader.ReadStrings());
        Partition[] partitions = new Partition[(int)reader.ReadNumber()];
        for (int i = 0; i < partitions.Length; i++)
        {
            partitions[i] = new Partition(
                reader.ReadString(), (int)reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());
        }

        bool hasHighest = reader.ReadNumber() == 1;
        long highest = reader.ReadNumber();
        return new StateHeader(
            lane, isDelta, fingerprint, partitions, hasHighest ? highest : null, reader.ReadNumber(), reader.ReadNumber());
    }

    /// <summary>How far a partition was read.</summary>
    internal sealed record Partition(string Name, int Order, long Next, long ReplayFrom, long Watermark);
}
