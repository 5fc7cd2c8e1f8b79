using System.Buffers.Binary;
using System.Text;

namespace Sessionize.Parquet.Tests.Support;

/// <summary>What stands in a file, found by the format's description alone.</summary>
internal static class Layout
{
    public static Dictionary<int, object> Footer(byte[] file)
    {
        if (!file.AsSpan().StartsWith("PAR1"u8) || !file.AsSpan().EndsWith("PAR1"u8))
        {
            throw new InvalidDataException("The file does not begin and end with PAR1.");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(file.Length - 8));
        Thrift thrift = new(file, file.Length - 8 - length);
        Dictionary<int, object> footer = thrift.Structure();
        return thrift.Position == file.Length - 8 ? footer : throw new InvalidDataException("The footer has another length.");
    }

    /// <summary>All columns of all row groups, in the order of the file.</summary>
    public static List<ChunkLayout> Chunks(byte[] file)
    {
        List<ChunkLayout> chunks = [];
        foreach (Dictionary<int, object> rowGroup in List(Footer(file), 4))
        {
            foreach (Dictionary<int, object> chunk in List(rowGroup, 1))
            {
                chunks.Add(Chunk(file, chunk, (long)rowGroup[3]));
            }
        }

        return chunks;
    }

    public static IEnumerable<Dictionary<int, object>> List(Dictionary<int, object> fields, int id) => ((List<object>)fields[id]).Cast<Dictionary<int, object>>();

    private static ChunkLayout Chunk(byte[] file, Dictionary<int, object> chunk, long rows)
    {
        Dictionary<int, object> meta = (Dictionary<int, object>)chunk[3];
        Dictionary<int, object> statistics = (Dictionary<int, object>)meta[12];
        Dictionary<int, object> index = At(file, chunk, 6, 7);
        List<object> places = (List<object>)At(file, chunk, 4, 5)[1];
        List<PageLayout> pages = [];
        for (int i = 0; i < places.Count; i++)
        {
            Dictionary<int, object> place = (Dictionary<int, object>)places[i];
            long firstRow = (long)place[3];
            long nextRow = i + 1 < places.Count ? (long)((Dictionary<int, object>)places[i + 1])[3] : rows;
            bool isNull = (bool)((List<object>)index[1])[i];
            pages.Add(new PageLayout(
                (long)place[1],
                (int)(long)place[2],
                (int)firstRow,
                (int)(nextRow - firstRow),
                (long)((List<object>)index[5])[i],
                isNull ? null : (byte[])((List<object>)index[2])[i],
                isNull ? null : (byte[])((List<object>)index[3])[i]));
        }

        return new ChunkLayout(
            string.Join('.', ((List<object>)meta[3]).Select(name => Encoding.UTF8.GetString((byte[])name))),
            (int)(long)meta[1],
            (long)meta[5],
            (long)meta[6],
            (long)meta[7],
            (long)meta[9],
            meta.TryGetValue(11, out object? dictionary) ? (long)dictionary : null,
            (long)statistics[3],
            (byte[]?)statistics.GetValueOrDefault(6),
            (bool?)statistics.GetValueOrDefault(8),
            (byte[]?)statistics.GetValueOrDefault(5),
            (bool?)statistics.GetValueOrDefault(7),
            (int)(long)index[4],
            pages);
    }

    private static Dictionary<int, object> At(byte[] file, Dictionary<int, object> chunk, int offset, int length)
    {
        Thrift thrift = new(file, (int)(long)chunk[offset]);
        Dictionary<int, object> structure = thrift.Structure();
        return thrift.Position == (long)chunk[offset] + (long)chunk[length] ? structure : throw new InvalidDataException("A page index has another length.");
    }
}
