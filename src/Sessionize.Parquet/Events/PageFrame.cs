using System.Globalization;

namespace Sessionize.Parquet.Events;

/// <summary>What has to be known of a page before its bytes are handed on: how long its header and its data are, and the data's checksum.</summary>
/// <remarks>
/// The header is a struct of Thrift's compact protocol. Of its fields only two are read; all are walked over, so that one that is cut or
/// impossible shows here.
/// </remarks>
internal readonly record struct PageFrame(int HeaderBytes, int DataBytes, uint? Checksum)
{
    private const int DataBytesField = 3;
    private const int ChecksumField = 4;

    /// <summary>Reads the header of a page.</summary>
    /// <param name="bytes">The page's first bytes.</param>
    /// <param name="frame">The page, if its header is whole.</param>
    /// <returns>Whether it is; else more bytes are needed.</returns>
    /// <exception cref="InvalidDataException">This is no header of a page.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out PageFrame frame)
    {
        frame = default;
        ThriftWalk walk = new(bytes);
        int? dataBytes = null;
        uint? checksum = null;
        while (walk.TryNextField(out short field, out ThriftType type))
        {
            switch (field)
            {
                case DataBytesField when type == ThriftType.I32:
                    dataBytes = walk.TakeI32();
                    break;
                case ChecksumField when type == ThriftType.I32:
                    checksum = (uint)walk.TakeI32();
                    break;
                default:
                    walk.Skip(type, ParquetShapes.PageHeader.Find(field));
                    break;
            }
        }

        if (walk.IsCut)
        {
            return false;
        }

        if (dataBytes is not >= 0)
        {
            throw new InvalidDataException($"a page header gives {dataBytes?.ToString(CultureInfo.InvariantCulture) ?? "no"} bytes of data");
        }

        frame = new PageFrame(walk.Position, dataBytes.Value, checksum);
        return true;
    }
}
