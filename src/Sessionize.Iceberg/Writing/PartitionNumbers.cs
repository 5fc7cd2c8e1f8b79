using System.Collections.Concurrent;
using Sessionize.Iceberg.Manifests;

namespace Sessionize.Iceberg.Writing;

/// <summary>Numbers the partitions that a commit's rows fall into. Thread-safe.</summary>
internal sealed class PartitionNumbers
{
    private readonly ConcurrentDictionary<byte[], int> _numbers = new(ByteTextComparer.Instance);
    private readonly ConcurrentDictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly Lock _growing = new();
    private readonly List<(byte[] Key, PartitionKey Partition)> _partitions = [];

    public PartitionNumbers() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>A partition's values.</summary>
    public PartitionKey this[int number] => _partitions[number].Partition;

    /// <summary>Looks for a partition by the bytes that its values have as a key.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out int number) => _lookup.TryGetValue(key, out number);

    /// <summary>Adds a partition, unless another thread was faster.</summary>
    public int Add(ReadOnlySpan<byte> key, PartitionKey partition)
    {
        lock (_growing)
        {
            if (!TryFind(key, out int number))
            {
                number = _partitions.Count;
                byte[] copy = key.ToArray();
                _partitions.Add((copy, partition));
                _numbers[copy] = number;
            }

            return number;
        }
    }

    /// <summary>For each partition its place in the order of all there are: partitions found later do not change it.</summary>
    public int[] Ranks()
    {
        (byte[] Key, PartitionKey Partition)[] partitions;
        lock (_growing)
        {
            partitions = [.. _partitions];
        }

        int[] order = [.. Enumerable.Range(0, partitions.Length)];
        Array.Sort(order, (left, right) => partitions[left].Key.AsSpan().SequenceCompareTo(partitions[right].Key));
        int[] ranks = new int[order.Length];
        for (int rank = 0; rank < order.Length; rank++)
        {
            ranks[order[rank]] = rank;
        }

        return ranks;
    }
}
