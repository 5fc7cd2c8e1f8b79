namespace Sessionize.Engine;

/// <summary>What <see cref="RadixSort"/> sorts: something that has its place by a number.</summary>
internal interface IRadixKey
{
    ulong Key { get; }
}
